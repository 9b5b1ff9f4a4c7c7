"""How the scores of items without interactions compare with those of others."""

import numpy as np
from scipy.sparse import csr_array

from django_recsys.learning.numerics.top_k import leave_out, top_items

CELLS_AT_A_TIME = 1 << 23  # 32 MB of float32 scores
PLACES = 10
HALVINGS = 20


def fair_new_item_scale(
    queries: csr_array, item_vectors: np.ndarray, is_new: np.ndarray
) -> float:
    """Return the factor of the scores of new items, above 0 and up to 1.

    queries: (n_users, n_items), the weights of each history; item_vectors: (n_items,
    size); is_new: (n_items,) bool. Vectors predicted from features are smooth and near
    to those of all users: unscaled, a few new items would fill all lists. With this
    factor new items with features get the share of the first ten places that they have
    of the catalogue. It is never 0: new items fill places that known ones leave open.
    """
    has_features = item_vectors.any(axis=1)
    n_new, n_known = ((has_features & each).sum() for each in (is_new, ~is_new))
    if not n_new or not n_known or not queries.nnz:
        return 1.0
    new, known = _best(queries, item_vectors, is_new)
    fair = n_new / (n_new + n_known)

    def share(factor: float) -> float:
        # Known ones first: items of one category and brand tie.
        both = np.hstack([known, new * np.float32(factor)])
        best = np.argsort(-both, axis=1, kind="stable")[:, :PLACES]
        is_shown = np.take_along_axis(both, best, axis=1) > 0
        of_new = is_shown & (best >= known.shape[1])
        return float(of_new.sum() / max(is_shown.sum(), 1))

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
