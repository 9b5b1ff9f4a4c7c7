"""Masking, the best n, stable ties and padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .sparse import row_indices

if TYPE_CHECKING:
    from scipy.sparse import csr_array

PADDING = -1
GROUPS_PER_ITEM = 8  # at least: with fewer the bound is loose
GROUPS_FACTOR = 1.5  # measured; flat around it
VECTOR = 16
WIDE_ROW = 4  # times the number of groups: from here on the bound pays
MANY_TIES = 16  # candidates per requested item beyond which sorting costs more
LOWEST = np.finfo(np.float32).min  # the bound below which only -inf is
SIGN = np.uint32(1 << 31)


def mask_scores(
    scores: np.ndarray,
    candidate_mask: np.ndarray | None = None,
    left_out: csr_array | None = None,
) -> np.ndarray:
    """Set items that may not be shown to -inf, in place: NaN, no candidate, seen.

    scores: (n_queries, n_items) float; candidate_mask: (n_items,) bool;
    left_out: (n_queries, n_items), every stored cell is left out.
    """
    np.copyto(scores, -np.inf, where=np.isnan(scores))
    return leave_out(scores, candidate_mask, left_out)


def leave_out(
    scores: np.ndarray,
    candidate_mask: np.ndarray | None = None,
    left_out: csr_array | None = None,
) -> np.ndarray:
    """Set no candidates and seen items to -inf, in place; NaN may remain."""
    if candidate_mask is not None:
        scores[:, ~candidate_mask] = -np.inf
    if left_out is not None:
        first = np.arange(len(scores)) * scores.shape[1]
        cells = np.repeat(first, np.diff(left_out.indptr)) + left_out.indices
        scores.reshape(-1)[cells] = -np.inf  # a view: scores are in C order
    return scores


def top_items(scores: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the n best of each row, best first; equal scores by lower index.

    scores: (n_queries, n_items) float32; NaN and -inf are never shown, and a NaN may
    be overwritten by -inf. Gives indices (n_queries, m) int32, -1 where padded, and
    scores (n_queries, m) float32, -inf where padded; m = min(n, n_items). Exact for
    any ties.
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
    rows = row_indices(scores)
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
    rows, columns, found = best_first(rows, columns, found.astype(np.float32))
    first = np.searchsorted(rows, np.arange(n_queries))
    rank = np.arange(len(rows)) - first[rows]
    kept = rank < width
    indices[rows[kept], rank[kept]] = columns[kept]
    values[rows[kept], rank[kept]] = found[kept]
    return indices, values


def best_first(
    rows: np.ndarray, columns: np.ndarray, found: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the cells by row, then falling score, then column.

    Row, score and column fit into one number, which sorts many times faster than
    three keys do; the score is read back from it.
    """
    bits = int(columns.max(initial=0)).bit_length()
    if int(rows.max(initial=0)) >> (32 - bits):
        order = np.lexsort((columns, -found, rows))
        return rows[order], columns[order], found[order]
    # The bits of floats are in order but for the sign; -0 is no different from 0.
    score = (found + np.float32(0)).view(np.uint32)
    rising = np.where(score & SIGN, ~score, score | SIGN)
    keys = rows.astype(np.uint64) << np.uint64(32 + bits)
    keys |= (~rising).astype(np.uint64) << np.uint64(bits)
    keys |= columns.astype(np.uint64)
    keys.sort()
    columns = (keys & np.uint64((1 << bits) - 1)).astype(np.int64)
    rising = ~(keys >> np.uint64(bits)).astype(np.uint32)
    score = np.where(rising & SIGN, rising ^ SIGN, ~rising)
    rows = (keys >> np.uint64(32 + bits)).astype(np.int64)
    return rows, columns, score.view(np.float32)


def _candidates(scores: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of a small set with the best of each row."""
    groups = _group_count(scores.shape[1], width)
    maxima = _group_maxima(scores, groups) if groups else scores
    if np.isnan(maxima).any():  # a maximum passes NaN on
        np.copyto(scores, -np.inf, where=np.isnan(scores))
        maxima = _group_maxima(scores, groups) if groups else scores
    bound = np.maximum(_nth_largest(maxima, width), LOWEST)
    if not groups:
        return _reaching(scores, bound, width)
    return _reaching_in_groups(scores, maxima, bound, width)


def _reaching(
    scores: np.ndarray, bound: np.ndarray, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of all scores that reach the bound of their row."""
    mask = scores >= bound[:, None]
    crowded = np.count_nonzero(mask, axis=1) > MANY_TIES * width
    if crowded.any():
        mask[crowded] = _exactly(scores[crowded], width)
    return cells_of(mask)


def _reaching_in_groups(
    scores: np.ndarray, maxima: np.ndarray, bound: np.ndarray, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the same, looking only into groups whose maximum reaches the bound."""
    n_items, groups = scores.shape[1], maxima.shape[1]
    rows, group = cells_of(maxima >= bound[:, None])
    crowded = np.bincount(rows, minlength=len(scores)) > MANY_TIES * width
    special = np.flatnonzero(crowded)
    if len(special):
        rows, group = rows[~crowded[rows]], group[~crowded[rows]]
    places = np.arange(-(-n_items // groups)) * groups
    members = (rows * n_items + group)[:, None] + places
    kept = scores.reshape(-1).take(members, mode="clip") >= bound[rows, None]
    kept[:, -1] &= group + places[-1] < n_items
    at, place = cells_of(kept)
    rows, columns = rows[at], group[at] + places[place]
    if len(special):
        more, others = _reaching(scores[special], bound[special], width)
        rows, columns = np.append(rows, special[more]), np.append(columns, others)
    return rows, columns


def cells_of(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of a mask; many times faster than a 2-D nonzero."""
    rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return rows, columns


def lower_bound(scores: np.ndarray, width: int) -> np.ndarray:
    """Return per row a value that at least ``width`` scores reach.

    The width-th largest maximum of strided groups, in one vectorised pass over the row.
    """
    groups = _group_count(scores.shape[1], width)
    return _nth_largest(_group_maxima(scores, groups) if groups else scores, width)


def _group_count(n_items: int, width: int) -> int:
    """Return into how many groups a row is cut, 0 where that does not pay.

    About so many that the maxima cost as much as the search within groups.
    """
    fewest = GROUPS_PER_ITEM * width
    groups = max(fewest, int(GROUPS_FACTOR * np.sqrt(width * n_items)))
    groups = -(-groups // VECTOR) * VECTOR
    if n_items >= WIDE_ROW * groups:
        return groups
    return fewest if n_items >= WIDE_ROW * fewest else 0


def _group_maxima(scores: np.ndarray, groups: int) -> np.ndarray:
    """Return (n_queries, groups): group g holds the columns g, g + groups, ..."""
    n_queries, n_items = scores.shape
    whole = n_items // groups * groups
    maxima: np.ndarray = scores[:, :whole].reshape(n_queries, -1, groups).max(axis=1)
    rest = maxima[:, : n_items - whole]
    np.maximum(rest, scores[:, whole:], out=rest)
    return maxima


def _nth_largest(values: np.ndarray, n: int) -> np.ndarray:
    place = values.shape[1] - n
    result: np.ndarray = np.partition(values, place, axis=1)[:, place]
    return result


def _exactly(scores: np.ndarray, width: int) -> np.ndarray:
    """Return a mask of the ``width`` best, ties at the edge by lower index."""
    edge = _nth_largest(scores, width)[:, None]
    better, equal = scores > edge, scores == edge
    room = width - np.count_nonzero(better, axis=1)[:, None]
    mask: np.ndarray = better | (equal & (np.cumsum(equal, axis=1) <= room))
    return mask & (scores > -np.inf)
