"""Idioms of sparse rows; importing them loads numpy alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def row_indices(matrix: csr_array) -> np.ndarray:
    """Return (n_stored,): the row of each stored cell."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def column_counts(matrix: csr_array) -> np.ndarray:
    """Return (n_columns,) int64: how many cells each column stores."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1])


def offsets(lengths: np.ndarray) -> np.ndarray:
    """Return (n_rows + 1,): where rows of these lengths start, and where all end."""
    return np.concatenate(([0], np.cumsum(lengths)))


def binary(matrix: csr_array) -> csr_array:
    """Return a copy in which every stored cell is one."""
    result = matrix.copy()
    result.data[:] = 1
    return result


def largest_of_each_row(matrix: csr_array, n: int) -> csr_array:
    """Return the matrix with the n largest cells of each row, ties by column."""
    lengths = np.diff(matrix.indptr)
    edge = np.full(len(lengths), -np.inf, dtype=matrix.dtype)
    for row in np.flatnonzero(lengths > n):
        cells = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        edge[row] = np.partition(cells, len(cells) - n)[len(cells) - n]
    bound = np.repeat(edge, lengths)
    kept = matrix.data >= bound
    rows = row_indices(matrix)
    too_many = np.bincount(rows[kept], minlength=len(lengths)) - n
    tied = np.flatnonzero((too_many > 0)[rows] & (matrix.data == bound))
    # Of ties at the edge the first columns stay.
    tied = tied[np.lexsort((-matrix.indices[tied], rows[tied]))]
    place = np.arange(len(tied)) - np.searchsorted(rows[tied], rows[tied])
    kept[tied[place < too_many[rows[tied]]]] = False
    result = select_cells(matrix, kept)
    result.sort_indices()
    return result


def select_cells(matrix: csr_array, kept: np.ndarray) -> csr_array:
    """Return the matrix with some of its cells; kept: (n_stored,) bool."""
    from scipy.sparse import csr_array

    starts = offsets(kept)[matrix.indptr]
    cells = (matrix.data[kept], matrix.indices[kept], starts)
    return csr_array(cells, shape=matrix.shape)
