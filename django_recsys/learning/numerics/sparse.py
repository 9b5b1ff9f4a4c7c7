"""Idioms of sparse matrices, named once."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array


def largest_of_each_row(matrix: csr_array, n: int) -> csr_array:
    """Return the matrix with the n largest cells of each row, ties by column."""
    lengths = np.diff(matrix.indptr)
    edge = np.full(len(lengths), -np.inf, dtype=matrix.dtype)
    for row in np.flatnonzero(lengths > n):
        cells = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        edge[row] = np.partition(cells, len(cells) - n)[len(cells) - n]
    bound = np.repeat(edge, lengths)
    kept = matrix.data >= bound
    rows = np.repeat(np.arange(len(lengths)), lengths)
    too_many = np.bincount(rows[kept], minlength=len(lengths)) - n
    tied = np.flatnonzero((too_many > 0)[rows] & (matrix.data == bound))
    # Of what ties at the edge the first columns stay.
    tied = tied[np.lexsort((-matrix.indices[tied], rows[tied]))]
    place = np.arange(len(tied)) - np.searchsorted(rows[tied], rows[tied])
    kept[tied[place < too_many[rows[tied]]]] = False
    result = select_cells(matrix, kept)
    result.sort_indices()
    return result


def select_cells(matrix: csr_array, kept: np.ndarray) -> csr_array:
    """Return the matrix with some of its cells."""
    starts = np.concatenate(([0], np.cumsum(kept)))[matrix.indptr]
    cells = (matrix.data[kept], matrix.indices[kept], starts)
    return csr_array(cells, shape=matrix.shape)
