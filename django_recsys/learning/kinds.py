"""The kinds of interaction and their weights."""

import math
from collections.abc import Mapping

KIND_WEIGHTS: Mapping[str, float] = {
    "view": 1.0,
    "cart_add": 3.0,
    "like": 5.0,
    "purchase": 10.0,
    "rating": 5.0,
    "removal": -3.0,
    "return": -10.0,
}
"""Kinds of negative weight count against the item."""

NEGATIVE_KINDS = tuple(kind for kind, weight in KIND_WEIGHTS.items() if weight < 0)


def weight_problem(kind: str, weight: float) -> str:
    """Return what is wrong with the weight of a kind, or nothing.

    A purchase that counts against its item, or a return that counts for it, is a slip
    of the pen.
    """
    if not math.isfinite(weight):
        return f"{weight} is no number of finite size."
    if kind in NEGATIVE_KINDS and weight > 0:
        return f"A {kind} speaks against its item: {weight:g} must not be above 0."
    if kind not in NEGATIVE_KINDS and weight < 0:
        return f"A {kind} speaks for its item: {weight:g} must not be below 0."
    return ""
