"""Inverses of sparse positive definite matrices, in float32.

Most items share people with few others. Rows no two of which are coupled are eliminated
at the cost of their couplings alone, set after set, until what is left is too dense for
that: a Cholesky factorisation by independent sets, as in Saad (1996, ILUM), with
nothing dropped. LAPACK inverts the rest only; the rows that went follow by sparse
products.
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
    """Rows that went together: no two of them are coupled."""

    rows: np.ndarray
    """(n_gone,) int64, places in the whole matrix."""
    couplings: csr_array
    """(n_gone, size) with the rows that stayed, each divided by its diagonal."""
    diagonal: np.ndarray
    """(n_gone,) float32, one divided by the diagonal."""


def invert_sparse(
    matrix: csr_array, invert: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Return the inverse: (n, n) float32, symmetric, in C order.

    matrix: (n, n) float32, symmetric and positive definite. invert: for what is left,
    (m, m) float32 in Fortran order, which it may overwrite. Raises DataError where
    the matrix is not positive definite.
    """
    size = matrix.shape[0]
    left, gone = np.arange(size), []
    while (smaller := _without_free_rows(matrix)) is not None:
        matrix, free, couplings, diagonal = smaller
        stays = np.delete(left, free)
        couplings = csr_array(
            (couplings.data, stays[couplings.indices], couplings.indptr),
            shape=(len(free), size),
        )
        gone.append(Eliminated(rows=left[free], couplings=couplings, diagonal=diagonal))
        left = stays
    rest: np.ndarray = matrix.T.toarray(order="F")
    del matrix
    if len(left):
        rest = invert(rest)
    if not gone:
        return rest.T
    result = np.zeros((size, size), dtype=np.float32)
    for place, row in zip(left.tolist(), rest.T, strict=True):
        result[place, left] = row
    del rest
    while gone:
        _bring_back(gone.pop(), result)
    return result


def _without_free_rows(
    matrix: csr_array,
) -> tuple[csr_array, np.ndarray, csr_array, np.ndarray] | None:
    """Return what is left, which rows went, their couplings and 1 / diagonal.

    None where LAPACK is as fast.
    """
    size = matrix.shape[0]
    free = _uncoupled(matrix)
    stays = np.ones(size, dtype=bool)
    stays[free] = False
    own = matrix[free][:, stays]
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
    rest = matrix[stays][:, stays] - own.T.tocsr() @ scaled
    return rest.tocsr(), free, scaled, diagonal


def _uncoupled(matrix: csr_array) -> np.ndarray:
    """Return (n,) int64, ascending: rows no two of which are coupled.

    Those of few couplings are taken first, so that many fit beside each other.
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


def _bring_back(gone: Eliminated, result: np.ndarray) -> None:
    """Fill the rows and columns of the inverse that are to come, in place.

    With the couplings C, the diagonal D and the inverse Z of what stayed, they are
    -C Z towards what stayed and D^-1 + C Z C' among themselves.
    """
    among = np.zeros((len(gone.rows),) * 2, dtype=np.float32)
    backwards = gone.couplings.T.tocsr()
    for at in range(0, len(gone.rows), ROWS_PER_BLOCK):
        part = slice(at, at + ROWS_PER_BLOCK)
        rows = gone.rows[part]
        towards = gone.couplings[part] @ result
        among[part] = towards @ backwards
        result[rows] = -towards
    for at in range(0, len(result), ROWS_PER_BLOCK):
        part = slice(at, at + ROWS_PER_BLOCK)
        result[part, gone.rows] = result[gone.rows, part].T
    among[np.diag_indices(len(among))] += gone.diagonal
    for row, values in zip(gone.rows.tolist(), among, strict=True):
        result[row, gone.rows] = values
