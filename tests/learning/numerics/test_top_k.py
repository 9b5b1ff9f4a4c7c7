import numpy as np
import pytest
from scipy.sparse import csr_array

from django_recsys.learning.numerics.top_k import mask_scores, top_items, top_stored


def full_sort(scores: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(-scores, axis=1, kind="stable")[:, :n]
    values = np.take_along_axis(scores, order, axis=1)
    return np.where(values > -np.inf, order, -1), values


def random_scores(kind: str, shape: tuple[int, int]) -> np.ndarray:
    random = np.random.default_rng(1)
    scores = random.standard_normal(shape).astype(np.float32)
    if kind == "ties":
        scores = np.round(scores)
    elif kind == "one value":
        scores[:] = 2
    elif kind == "few finite":
        scores[random.random(shape) < 0.999] = -np.inf
    elif kind == "nan":
        scores[random.random(shape) < 0.5] = np.nan
    elif kind == "all missing":
        scores[:] = np.nan
    return scores


@pytest.mark.parametrize(
    "kind", ["plain", "ties", "one value", "few finite", "nan", "all missing"]
)
@pytest.mark.parametrize("shape", [(7, 5), (5, 300), (3, 4000), (1, 1), (0, 9)])
@pytest.mark.parametrize("n", [1, 10, 100])
def test_equals_a_full_stable_sort(kind, shape, n):
    scores = mask_scores(random_scores(kind, shape))
    indices, values = top_items(scores.copy(), n)
    expected, expected_values = full_sort(scores, n)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(values, expected_values)


@pytest.mark.parametrize("kind", ["plain", "ties", "few finite", "nan", "all missing"])
@pytest.mark.parametrize("shape", [(5, 300), (3, 4003), (2, 20011)])
def test_nan_is_never_shown(kind, shape):
    scores = random_scores(kind, shape)
    indices, values = top_items(scores.copy(), 10)
    expected, expected_values = full_sort(mask_scores(scores), 10)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(values, expected_values)


def test_rows_of_many_ties_beside_rows_without():
    scores = random_scores("plain", (4, 5003))
    scores[1] = 7
    scores[2, ::2] = 9
    scores[3] = -0.0
    scores[3, 4000:] = 0.0
    indices, values = top_items(scores.copy(), 10)
    expected, expected_values = full_sort(scores, 10)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(values, expected_values)


def test_more_rows_and_columns_than_fit_into_one_key():
    size = 70_000
    columns = np.tile([size - 1, 3, 8], size)
    values = np.tile(np.array([1, 2, 1], dtype=np.float32), size)
    stored = csr_array((values, columns, np.arange(size + 1) * 3), shape=(size, size))
    indices, scores = top_stored(stored, 4)
    assert (indices == [3, 8, size - 1, -1]).all()
    assert (scores == np.array([2, 1, 1, -np.inf])).all()


def test_candidates_and_left_out_cells_are_masked():
    scores = np.array([[3.0, 2.0, 1.0, np.nan]], dtype=np.float32)
    left_out = csr_array(([1.0], [0], [0, 1]), shape=(1, 4))
    mask = np.array([True, False, True, True])
    indices, _ = top_items(mask_scores(scores, mask, left_out), 4)
    assert indices.tolist() == [[2, -1, -1, -1]]


def test_a_stored_zero_is_left_out_too():
    scores = np.ones((1, 2), dtype=np.float32)
    left_out = csr_array(([0.0], [0], [0, 1]), shape=(1, 2))
    assert top_items(mask_scores(scores, None, left_out), 1)[0].tolist() == [[1]]
