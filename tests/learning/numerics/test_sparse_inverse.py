import numpy as np
import pytest
from scipy.sparse import csr_array, eye_array, random_array

from django_recsys.learning.exceptions import DataError
from django_recsys.learning.numerics import gram, sparse_inverse


def sparse_gram(size, density, seed=0):
    columns = random_array(
        (2 * size, size), density=density, rng=np.random.default_rng(seed)
    )
    product = (columns.T @ columns + 2 * eye_array(size)).tocsr()
    return csr_array(product.astype(np.float32))


@pytest.fixture
def dense_inverse():
    """Return ``invert``, which records the sizes of its matrices."""
    sizes = []

    def invert(matrix):
        sizes.append(len(matrix))
        return gram.invert(matrix)

    invert.sizes = sizes
    return invert


@pytest.mark.parametrize("block", [1024, 7])
@pytest.mark.parametrize("density", [0.001, 0.004])
def test_a_sparse_inverse_is_the_inverse(dense_inverse, monkeypatch, density, block):
    monkeypatch.setattr(sparse_inverse, "ROWS_PER_BLOCK", block)
    monkeypatch.setattr(sparse_inverse, "SPARSE_CELL", 1)
    matrix = sparse_gram(400, density)
    exact = np.linalg.inv(matrix.toarray().astype(float))
    inverse = sparse_inverse.invert_sparse(matrix, dense_inverse)
    assert dense_inverse.sizes[0] < 300
    np.testing.assert_allclose(inverse, exact, atol=1e-6)
    np.testing.assert_allclose(inverse, inverse.T, atol=1e-8)
    assert inverse.flags.c_contiguous
    assert inverse.dtype == np.float32


def test_dense_matrices_are_left_to_lapack(dense_inverse):
    matrix = sparse_gram(200, 0.05)
    inverse = sparse_inverse.invert_sparse(matrix, dense_inverse)
    assert dense_inverse.sizes == [200]
    exact = np.linalg.inv(matrix.toarray().astype(float))
    np.testing.assert_allclose(inverse, exact, atol=1e-6)


def test_uncoupled_rows_leave_no_rest(dense_inverse, monkeypatch):
    monkeypatch.setattr(sparse_inverse, "SPARSE_CELL", 1)
    matrix = csr_array(eye_array(50, dtype=np.float32) * 4)
    inverse = sparse_inverse.invert_sparse(matrix, dense_inverse)
    np.testing.assert_array_equal(inverse, np.eye(50, dtype=np.float32) / 4)


@pytest.mark.parametrize("density", [0.001, 0.2])
def test_dense_and_sparse_grams_have_the_same_inverse(monkeypatch, density):
    taken = random_array((300, 200), density=density, rng=np.random.default_rng(3))
    taken = csr_array((taken > 0).astype(np.float32))
    exact = np.linalg.inv((taken.T @ taken).toarray().astype(float) + 5 * np.eye(200))
    calls = []
    whole = gram.invert_sparse
    monkeypatch.setattr(
        gram, "invert_sparse", lambda *given: calls.append(1) or whole(*given)
    )
    inverse = gram.inverse_gram(taken, 5.0)
    assert bool(calls) == (density < 0.1)
    assert inverse.flags.c_contiguous
    np.testing.assert_allclose(inverse, exact, atol=1e-6)


def test_items_without_interactions_need_a_ridge(monkeypatch):
    monkeypatch.setattr(sparse_inverse, "SPARSE_CELL", 1)
    taken = csr_array(eye_array(60, 90, dtype=np.float32))
    with pytest.raises(DataError, match="raise the regularization"):
        gram.inverse_gram(taken, 0.0)
    assert np.isfinite(gram.inverse_gram(taken, 1.0)).all()
