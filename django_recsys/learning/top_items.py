"""Masking, the best n, stable ties and padding: written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

PADDING = -1
GROUPS_PER_ITEM = 8  # more groups: a tighter bound, but a longer partition
WIDE_ROW = 4  # times the number of groups: from here on the bound pays
MANY_TIES = 16  # candidates per wanted item beyond which sorting costs more


def mask_scores(
    scores: np.ndarray,
    candidate_mask: np.ndarray | None = None,
    left_out: csr_array | None = None,
) -> np.ndarray:
    """Set what may not be shown to -inf, in place: no opinion, no candidate, seen.

    scores: (n_queries, n_items) float; candidate_mask: (n_items,) bool;
    left_out: (n_queries, n_items), every stored cell is left out.
    """
    np.copyto(scores, -np.inf, where=np.isnan(scores))
    if candidate_mask is not None:
        scores[:, ~candidate_mask] = -np.inf
    if left_out is not None:
        rows = np.repeat(np.arange(len(scores)), np.diff(left_out.indptr))
        scores[rows, left_out.indices] = -np.inf
    return scores


def top_items(scores: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the n best of each row, best first; equal scores by lower index.

    scores: (n_queries, n_items), without NaN; -inf is never shown.
    Gives indices (n_queries, m) int32, -1 where padded, and scores (n_queries, m)
    float32, -inf where padded; m = min(n, n_items). Exact for any ties.
    """
    n_queries, n_items = scores.shape
    width = min(n, n_items)
    if width == 0 or n_queries == 0:
        nothing = np.zeros((n_queries, width))
        return nothing.astype(np.int32), nothing.astype(np.float32)
    rows, columns = _candidates(scores, width)
    return _padded(rows, columns, scores[rows, columns], (n_queries, width))


def top_stored(
    scores: csr_array, n: int, candidate_mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the n best stored positive cells of each row, as ``top_items`` does.

    scores: (n_queries, n_items) sparse: no dense block is made, so that the
    neighbours of all items of a large catalogue take seconds.
    """
    n_queries, n_items = scores.shape
    rows = np.repeat(np.arange(n_queries), np.diff(scores.indptr))
    kept = scores.data > 0
    if candidate_mask is not None:
        kept &= candidate_mask[scores.indices]
    cells = (rows[kept], scores.indices[kept], scores.data[kept])
    return _padded(*cells, (n_queries, min(n, n_items)))


def _padded(
    rows: np.ndarray, columns: np.ndarray, found: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the best cells of each row in order, the rest of the row padded."""
    n_queries, width = shape
    indices = np.full(shape, PADDING, dtype=np.int32)
    values = np.full(shape, -np.inf, dtype=np.float32)
    order = np.lexsort((columns, -found, rows))
    rows, columns, found = rows[order], columns[order], found[order]
    first = np.searchsorted(rows, np.arange(n_queries))
    rank = np.arange(len(rows)) - first[rows]
    kept = rank < width
    indices[rows[kept], rank[kept]] = columns[kept]
    values[rows[kept], rank[kept]] = found[kept]
    return indices, values


def _candidates(scores: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of a small set that holds each row's best."""
    bound = lower_bound(scores, width)
    mask = (scores >= bound[:, None]) & (scores > -np.inf)
    crowded = np.count_nonzero(mask, axis=1) > MANY_TIES * width
    if crowded.any():
        mask[crowded] = _exactly(scores[crowded], width)
    return cells_of(mask)


def cells_of(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of a mask; many times faster than a 2-D nonzero."""
    rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return rows, columns


def lower_bound(scores: np.ndarray, width: int) -> np.ndarray:
    """Return per row a value that at least ``width`` scores reach.

    The width-th largest maximum of strided groups is such a bound, and the
    maxima are one vectorised pass over the row.
    """
    n_queries, n_items = scores.shape
    groups = GROUPS_PER_ITEM * width
    if n_items < WIDE_ROW * groups:
        return np.partition(scores, n_items - width, axis=1)[:, n_items - width]
    whole = n_items // groups * groups
    maxima = scores[:, :whole].reshape(n_queries, -1, groups).max(axis=1)
    return np.partition(maxima, groups - width, axis=1)[:, groups - width]


def _exactly(scores: np.ndarray, width: int) -> np.ndarray:
    """Return a mask of the ``width`` best, ties at the edge by lower index."""
    n_items = scores.shape[1]
    edge = np.partition(scores, n_items - width, axis=1)[:, n_items - width, None]
    better, equal = scores > edge, scores == edge
    room = width - np.count_nonzero(better, axis=1)[:, None]
    mask: np.ndarray = better | (equal & (np.cumsum(equal, axis=1) <= room))
    return mask & (scores > -np.inf)
