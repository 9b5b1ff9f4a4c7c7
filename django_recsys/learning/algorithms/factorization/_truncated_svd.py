"""Randomised singular vectors by scikit-learn."""

import numpy as np
from scipy.sparse import csr_array, csr_matrix
from sklearn.utils.extmath import randomized_svd


def item_directions(
    matrix: csr_array, size: int, iterations: int, seed: int
) -> np.ndarray:
    """Return (n_items, size) float32, orthonormal; zero columns beyond the rank."""
    rank = min(size, *matrix.shape)
    _, values, directions = randomized_svd(
        csr_matrix(matrix), n_components=rank, n_iter=iterations, random_state=seed
    )
    directions[values <= 1e-6 * values.max(initial=0)] = 0
    result = np.zeros((matrix.shape[1], size), dtype=np.float32)
    result[:, :rank] = directions.T
    result[np.bincount(matrix.indices, minlength=len(result)) == 0] = 0
    return result
