"""Which item of a history raises the score of a recommended item most."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from django_recsys.learning.numerics.sparse import offsets

if TYPE_CHECKING:
    from scipy.sparse import csr_array

PairShares = Callable[["csr_array", np.ndarray, np.ndarray], np.ndarray]
"""(queries, entries, targets) -> share of each entry in its target's score."""

PAIRS_PER_SLICE = 1 << 22


def largest_entries(shares: np.ndarray) -> np.ndarray:
    """Return positions of the positive shares, largest first, ties in order."""
    order = np.argsort(-shares, kind="stable")
    return order[shares[order] > 0]


def explain_entries(
    queries: csr_array, ranked_indices: np.ndarray, pair_shares: PairShares
) -> np.ndarray:
    """Return (n_queries, n) int32: the item with the largest share, -1 without any.

    queries: (n_queries, n_items), the weight of each item in each query;
    ranked_indices: (n_queries, n), -1 where padded.
    """
    width = ranked_indices.shape[1]
    result = np.full(ranked_indices.shape, -1, dtype=np.int32)
    pairs = np.diff(queries.indptr).astype(np.int64) * width
    slice_of = np.cumsum(pairs) // PAIRS_PER_SLICE
    for each in np.unique(slice_of):
        rows = np.flatnonzero((slice_of == each) & (pairs > 0))
        if len(rows):
            result[rows] = _explain_rows(queries, rows, ranked_indices, pair_shares)
    return result


def _explain_rows(
    queries: csr_array,
    rows: np.ndarray,
    ranked_indices: np.ndarray,
    pair_shares: PairShares,
) -> np.ndarray:
    """Return (len(rows), n) int32, for queries with at least one entry."""
    ranked = ranked_indices[rows]
    width = ranked.shape[1]
    lengths = np.repeat(np.diff(queries.indptr)[rows], width).astype(np.int64)
    groups = offsets(lengths)
    first = np.repeat(queries.indptr[rows], width).astype(np.int64)
    entries = np.repeat(first - groups[:-1], lengths) + np.arange(groups[-1])
    targets = np.repeat(ranked.ravel(), lengths)
    shares = np.full(len(targets), -np.inf, dtype=np.float32)
    known = targets >= 0
    if known.any():  # for no pairs scipy returns a sparse array
        shares[known] = pair_shares(queries, entries[known], targets[known])
    largest = np.maximum.reduceat(shares, groups[:-1])
    best = np.flatnonzero(shares == np.repeat(largest, lengths))
    owners = np.searchsorted(groups, best, side="right") - 1
    winners = best[np.searchsorted(owners, np.arange(len(lengths)))]
    items = queries.indices[entries[winners]]
    return np.where(largest > 0, items, -1).reshape(ranked.shape).astype(np.int32)
