"""Similarities of items by their users.

taken: (n_users, n_items), a one for each user-item pair with an interaction.
"""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.sparse import csr_array

from django_recsys.learning.numerics.sparse import (
    column_counts,
    largest_of_each_row,
    offsets,
)

BM25_SATURATION = 1.2
BM25_LENGTH = 0.75
CELLS_PER_BLOCK = 1 << 24

Weighing = Callable[[csr_array, float], csr_array]


def by_cosine(taken: csr_array, shrinkage: float) -> csr_array:
    """Return (n_users, n_items) whose products are users of both / sqrt of each.

    ``shrinkage`` users are added to each item.
    """
    counts = _users_of_items(taken) + np.float32(shrinkage)
    return _with_data(taken, (counts**-0.5)[taken.indices])


def by_tfidf(taken: csr_array, shrinkage: float) -> csr_array:
    """Return cosine's matrix with users weighted by the rarity of their items."""
    weights = _rarity_of_users(taken)
    squares = np.bincount(taken.indices, weights**2, minlength=taken.shape[1])
    norms = np.sqrt(squares + shrinkage)
    return _with_data(taken, weights / norms[taken.indices])


def by_bm25(taken: csr_array, shrinkage: float) -> csr_array:
    """Return Okapi's weights (Robertson et al. 1994): users are an item's words."""
    counts = _users_of_items(taken)
    mean = counts[counts > 0].mean()
    length = 1 - BM25_LENGTH + BM25_LENGTH * (counts + shrinkage) / (mean + shrinkage)
    share = (BM25_SATURATION + 1) / (BM25_SATURATION * length + 1)
    return _with_data(taken, _rarity_of_users(taken) * share[taken.indices])


def by_condition(taken: csr_array, shrinkage: float) -> csr_array:
    """Return a matrix whose products order as the conditional probabilities do.

    Within the row of one item its own popularity is a constant, which
    ``to_conditional`` divides by.
    """
    counts = _users_of_items(taken) + np.float32(shrinkage)
    return _with_data(taken, 1 / counts[taken.indices])


def to_conditional(found: csr_array, taken: csr_array, shrinkage: float) -> csr_array:
    """Return users of both / (users of the column's item + shrinkage)."""
    counts = _users_of_items(taken) + np.float32(shrinkage)
    return _with_data(found, found.data * np.repeat(counts, np.diff(found.indptr)))


WEIGHINGS: Mapping[str, Weighing] = {
    "cosine": by_cosine,
    "tfidf": by_tfidf,
    "bm25": by_bm25,
    "conditional": by_condition,
}


def nearest_by_jaccard(taken: csr_array, neighbors: int, shrinkage: float) -> csr_array:
    """Return (n_items, n_items): users of both / (users of either + shrinkage).

    No product of weights gives this order, hence a block of items at a time.
    """
    counts = _users_of_items(taken)
    by_item = taken.T.tocsr()
    lengths = np.diff(taken.indptr)
    cells = by_item @ lengths  # at most so many in the row of each item
    block_of = np.cumsum(cells) // CELLS_PER_BLOCK
    edges = np.flatnonzero(np.diff(block_of, prepend=-1, append=-1))
    blocks = [
        _jaccard_block(by_item, taken, (first, end), counts, neighbors, shrinkage)
        for first, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    ]
    data = np.concatenate([block.data for block in blocks])
    indices = np.concatenate([block.indices for block in blocks])
    sizes = np.concatenate([np.diff(block.indptr) for block in blocks])
    starts = offsets(sizes)
    return csr_array((data, indices, starts), shape=(len(counts), len(counts)))


def _jaccard_block(
    by_item: csr_array,
    taken: csr_array,
    span: tuple[int, int],
    counts: np.ndarray,
    neighbors: int,
    shrinkage: float,
) -> csr_array:
    both = csr_array(by_item[span[0] : span[1]] @ taken)
    rows = np.repeat(np.arange(*span), np.diff(both.indptr))
    either = counts[rows] + counts[both.indices] - both.data
    both.data = (both.data / (either + np.float32(shrinkage))).astype(np.float32)
    both.data[rows == both.indices] = 0
    both.eliminate_zeros()
    return largest_of_each_row(both, neighbors)


def _users_of_items(taken: csr_array) -> np.ndarray:
    return column_counts(taken).astype(np.float32)


def _rarity_of_users(taken: csr_array) -> np.ndarray:
    """Return (n_cells,): log(1 + n_items / number of the user's items)."""
    lengths = np.diff(taken.indptr)
    rarity = np.log1p(taken.shape[1] / np.maximum(lengths, 1))
    result: np.ndarray = np.repeat(rarity, lengths)
    return result


def _with_data(matrix: csr_array, data: np.ndarray) -> csr_array:
    values = data.astype(np.float32)
    return csr_array((values, matrix.indices, matrix.indptr), shape=matrix.shape)
