"""How loud items are that nobody took yet, beside those that somebody did."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from .top_items import leave_out, top_items

ASKED = 500  # people, a seeded sample
CELLS_AT_A_TIME = 1 << 23  # 32 MB of float32 scores
PLACES = 10
HALVINGS = 20


def fair_newness(
    queries: csr_array, item_vectors: np.ndarray, is_new: np.ndarray, seed: int
) -> float:
    """Return what to multiply the vectors of new items by, between 0 and 1.

    queries: (n_people, n_items), the weights of each history; item_vectors: (n_items,
    size); is_new: (n_items,) bool. What features foretell is smooth, and lies nearer to
    any taste than what people did: on equal terms a few new items fill all lists. With
    this factor they have the share of places that they have of the catalogue. It is
    never 0: where known items leave places open, new ones come behind them.
    """
    described = item_vectors.any(axis=1)
    n_new, n_known = ((described & each).sum() for each in (is_new, ~is_new))
    asked = np.flatnonzero(np.diff(queries.indptr))
    if not n_new or not n_known or not len(asked):
        return 1.0
    if len(asked) > ASKED:
        random = np.random.default_rng(seed)
        asked = np.sort(random.choice(asked, ASKED, replace=False))
    new, known = _best(queries[asked], item_vectors, is_new)
    fair = n_new / (n_new + n_known)

    def share(factor: float) -> float:
        places = np.sort(np.hstack([known, new * factor]), axis=1)[:, -PLACES:]
        of_new = (new[:, :, None] * factor >= places[:, None, :1]).any(axis=2)
        return float((of_new & (new > 0)).sum() / max((places > 0).sum(), 1))

    if share(1.0) <= fair:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if share(middle) > fair else (middle, high)
    return high


def _best(
    queries: csr_array, item_vectors: np.ndarray, is_new: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the (n_queries, 10) best scores of new and of known items, at least 0."""
    step = max(1, CELLS_AT_A_TIME // len(item_vectors))
    found: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for at in range(0, queries.shape[0], step):
        some = queries[at : at + step]
        scores = (some @ item_vectors) @ item_vectors.T
        for mask, parts in zip((is_new, ~is_new), found, strict=True):
            left = leave_out(scores.copy(), mask, some)
            _, best = top_items(left, PLACES)
            parts.append(np.maximum(best, 0))
    return np.concatenate(found[0]), np.concatenate(found[1])
