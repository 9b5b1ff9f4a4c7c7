"""Inverses of sparse positive definite matrices, in float32.

Most items share users with few others. Sets of uncoupled rows are eliminated at the
cost of their couplings alone, until the rest is too dense for that: a Cholesky
factorisation by independent sets, as in Saad (1996, ILUM), with nothing dropped. LAPACK
inverts the rest only; the eliminated rows follow by sparse products.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from django_recsys.learning.exceptions import DataError

SINGULAR = "The similarities cannot be solved: raise the regularization."
ROWS_PER_BLOCK = 1024
# Cells of an inversion that take the time of one that a sparse product touches.
SPARSE_CELL = 1250
TARGET_SHARE = 0.1  # rows coupled to a larger share of the others are left to LAPACK


@dataclass(frozen=True, eq=False, kw_only=True)
class Eliminated:
    """A set of eliminated rows, no two of which are coupled."""

    rows: np.ndarray
    """(n_eliminated,) int64, places in the whole matrix."""
    couplings: csr_array
    """(n_eliminated, size) with the remaining rows, each divided by its diagonal."""
    diagonal: np.ndarray
    """(n_eliminated,) float32, one divided by the diagonal."""


def invert_sparse(
    matrix: csr_array, invert: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Return the inverse: (n, n) float32, symmetric, in C order.

    matrix: (n, n) float32, symmetric and positive definite. invert: for the rest,
    (m, m) float32 in Fortran order, which it may overwrite. Raises DataError where
    the matrix is not positive definite.
    """
    size = matrix.shape[0]
    left, eliminated = np.arange(size), []
    while (smaller := _without_free_rows(matrix)) is not None:
        matrix, free, couplings, diagonal = smaller
        rows, left = left[free], np.delete(left, free)
        cells = (couplings.data, left[couplings.indices], couplings.indptr)
        couplings = csr_array(cells, shape=(len(free), size))
        eliminated.append(Eliminated(rows=rows, couplings=couplings, diagonal=diagonal))
    rest: np.ndarray = matrix.T.toarray(order="F")
    del matrix
    if len(left):
        rest = invert(rest)
    if not eliminated:
        return rest.T
    result = np.zeros((size, size), dtype=np.float32)
    for place, row in zip(left.tolist(), rest.T, strict=True):
        result[place, left] = row
    del rest
    while eliminated:
        _fill(eliminated.pop(), result)
    return result


def _without_free_rows(
    matrix: csr_array,
) -> tuple[csr_array, np.ndarray, csr_array, np.ndarray] | None:
    """Return the rest, the eliminated rows, their couplings and 1 / diagonal.

    None where LAPACK is as fast.
    """
    size = matrix.shape[0]
    free = _uncoupled(matrix)
    is_left = np.ones(size, dtype=bool)
    is_left[free] = False
    own = matrix[free][:, is_left]
    lengths = np.diff(own.indptr).astype(np.float64)
    touched = np.dot(lengths, lengths) + matrix.nnz
    if len(free) * float(size) ** 2 <= SPARSE_CELL * touched:
        return None
    pivots = matrix.diagonal()[free]
    if not pivots.min() > 0:
        raise DataError(SINGULAR)
    diagonal = 1 / pivots
    scaled = own.copy()
    scaled.data *= np.repeat(diagonal, np.diff(own.indptr))
    rest = matrix[is_left][:, is_left] - own.T.tocsr() @ scaled
    return rest.tocsr(), free, scaled, diagonal


def _uncoupled(matrix: csr_array) -> np.ndarray:
    """Return (n,) int64, ascending: rows no two of which are coupled.

    Those of few couplings come first, so that the set is large.
    """
    starts, columns = matrix.indptr.tolist(), matrix.indices
    counts = np.diff(matrix.indptr)
    is_blocked = np.zeros(len(counts), dtype=bool)
    chosen = []
    for row in np.argsort(counts, kind="stable").tolist():
        if starts[row + 1] - starts[row] > TARGET_SHARE * len(counts):
            break
        if not is_blocked[row]:
            chosen.append(row)
            is_blocked[columns[starts[row] : starts[row + 1]]] = True
    return np.sort(np.array(chosen, dtype=np.int64))


def _fill(eliminated: Eliminated, result: np.ndarray) -> None:
    """Fill the eliminated rows and columns of the inverse, in place.

    With the couplings C, the diagonal D and the inverse Z of the remaining rows, they
    are -C Z towards these and D^-1 + C Z C' among themselves.
    """
    among = np.zeros((len(eliminated.rows),) * 2, dtype=np.float32)
    transposed = eliminated.couplings.T.tocsr()
    for at in range(0, len(eliminated.rows), ROWS_PER_BLOCK):
        part = slice(at, at + ROWS_PER_BLOCK)
        towards = eliminated.couplings[part] @ result
        among[part] = towards @ transposed
        result[eliminated.rows[part]] = -towards
    for at in range(0, len(result), ROWS_PER_BLOCK):
        part = slice(at, at + ROWS_PER_BLOCK)
        result[part, eliminated.rows] = result[eliminated.rows, part].T
    among[np.diag_indices(len(among))] += eliminated.diagonal
    for row, values in zip(eliminated.rows.tolist(), among, strict=True):
        result[row, eliminated.rows] = values
