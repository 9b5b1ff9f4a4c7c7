"""Gram matrices and their inverses, in float32 and in place."""

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_array, eye_array

from django_recsys.learning.exceptions import DataError

from .sparse_inverse import SINGULAR, invert_sparse

ROWS_PER_BLOCK = 1024
MOST_FILLED = 0.15  # above it a sparse matrix takes memory and saves little
SAMPLED_ROWS = 256


def item_weights(taken: csr_array, ridge: float) -> np.ndarray:
    """Return the weights of EASE: (n_items, n_items) float32, zero diagonal.

    taken: (n_users, n_items) binary interactions.
    """
    weights = inverse_gram(taken, ridge)
    weights /= -np.diag(weights).copy()
    np.fill_diagonal(weights, 0)
    return weights


def inverse_gram(columns: csr_array, ridge: float) -> np.ndarray:
    """Return the inverse of columns' @ columns + ridge: (n, n) float32, symmetric.

    columns: (m, n) sparse. In C order, as sparse products would copy another each time.
    """
    if _filled(columns) > MOST_FILLED:
        return invert(gram(columns, ridge)).T
    product = columns.T.tocsr() @ columns
    ridges = eye_array(columns.shape[1], dtype=np.float32) * np.float32(ridge)
    return invert_sparse((product + ridges).tocsr(), invert)


def _filled(columns: csr_array) -> float:
    """Return about which share of the cells of columns' @ columns is not zero."""
    size = columns.shape[1]
    some = np.linspace(0, size - 1, min(size, SAMPLED_ROWS)).astype(int)
    return float((columns[:, some].T.tocsr() @ columns).nnz / (len(some) * size))


def gram(columns: csr_array, ridge: float) -> np.ndarray:
    """Return columns' @ columns + ridge on the diagonal: (n, n) float32, Fortran order.

    columns: (m, n) sparse; the product is made a block of rows at a time.
    """
    size = columns.shape[1]
    result = np.zeros((size, size), dtype=np.float32, order="F")
    transposed = columns.T.tocsr()
    for at in range(0, size, ROWS_PER_BLOCK):
        block = transposed[at : at + ROWS_PER_BLOCK] @ columns
        # Symmetric: rows go where columns would, which are contiguous here.
        result[:, at : at + block.shape[0]] = block.T.toarray(order="F")
    result[np.diag_indices(size)] += np.float32(ridge)
    return result


def invert(matrix: np.ndarray) -> np.ndarray:
    """Return the inverse of a symmetric positive definite matrix, in its own memory.

    matrix: (n, n) float32 in Fortran order; it is overwritten.
    """
    factor, failed = lapack.spotrf(matrix, lower=1, overwrite_a=1, clean=0)
    if not failed:
        inverse, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise DataError(SINGULAR)
    _mirror(inverse)
    result: np.ndarray = inverse
    return result


def _mirror(matrix: np.ndarray) -> None:
    """Copy the lower triangle onto the upper one, block by block."""
    size = len(matrix)
    for at in range(0, size, ROWS_PER_BLOCK):
        end = min(at + ROWS_PER_BLOCK, size)
        matrix[at:end, end:] = matrix[end:, at:end].T
        block = matrix[at:end, at:end]
        block[:] = np.tril(block) + np.tril(block, -1).T
