"""Weights between single pairs of items where EASE is solved over users."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from django_recsys.learning.algorithms.neighborhood._nearest import nearest

CANDIDATES = 50


def pair_weights(
    sources: np.ndarray,
    targets: np.ndarray,
    owners: np.ndarray,
    by_item: csr_array,
    inverse: np.ndarray,
) -> np.ndarray:
    """Return (n_pairs,) float32: x_source' K^-1 x_target.

    owners: (n_pairs,), never decreasing; the pairs of one owner are answered by one
    small product. by_item: (n_items, n_users); inverse: K^-1, (n_users, n_users).
    """
    weights = np.empty(len(sources), dtype=np.float32)
    distinct, positions = np.unique(targets, return_inverse=True)
    to_users = np.ascontiguousarray(by_item[distinct] @ inverse)
    edges = np.flatnonzero(np.diff(owners, prepend=-1, append=-1))
    for first, end in zip(edges[:-1], edges[1:], strict=True):
        items, row = np.unique(sources[first:end], return_inverse=True)
        wanted, column = np.unique(positions[first:end], return_inverse=True)
        product = by_item[items] @ np.ascontiguousarray(to_users[wanted].T)
        weights[first:end] = product[row, column]
    return weights


def candidates(taken: csr_array, threads: int) -> csr_array:
    """Return (n_items, n_items): the items most often taken with each, by cosine.

    Weights between all pairs would take minutes over tens of thousands of items.
    """
    counts = np.bincount(taken.indices, minlength=taken.shape[1])
    weighted = taken.copy()
    weighted.data = (1 / np.sqrt(counts + 1.0))[taken.indices]
    return nearest(weighted, CANDIDATES, threads)


def candidate_weights(
    item_indices: np.ndarray,
    near: csr_array,
    by_item: csr_array,
    inverse: np.ndarray,
) -> csr_array:
    """Return (n_queries, n_items): x_i' K^-1 x_j for the candidates j of each i."""
    rows = near[item_indices]
    to_users = by_item[item_indices] @ inverse
    owners = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    lengths = np.diff(by_item.indptr)[rows.indices]
    ends = np.cumsum(lengths)
    offset = np.repeat(by_item.indptr[rows.indices] - (ends - lengths), lengths)
    users = by_item.indices[offset + np.arange(ends[-1] if len(ends) else 0)]
    cells = to_users[np.repeat(owners, lengths), users]
    # Every candidate has users, so no segment is empty.
    sums = np.add.reduceat(cells, ends - lengths) if len(ends) else cells
    return csr_array((sums, rows.indices, rows.indptr), shape=rows.shape)
