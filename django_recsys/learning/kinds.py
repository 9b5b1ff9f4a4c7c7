"""The kinds of interaction and their weights."""

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
