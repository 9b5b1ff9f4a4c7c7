import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from django_recsys.learning.algorithms.factorization._als_solver import (
    STEP,
    item_factors,
    row_ridges,
)
from django_recsys.learning.algorithms.factorization.als import ImplicitALS
from django_recsys.learning.algorithms.factorization.embedding_size import (
    embedding_size_for,
)
from django_recsys.learning.algorithms.factorization.svd import SVD
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.recommender import TrainingOptions
from django_recsys.testing import RecommenderContract, taste_clusters


class TestImplicitALS(RecommenderContract):
    def make_recommender(self):
        return ImplicitALS(embedding_size=2, regularization=0.02, confidence=10.0)


def plain(**given):
    """Return a model that scores by its factors alone."""
    return ImplicitALS(recency=0.0, trend=0.0, **given)


@pytest.mark.parametrize("scaling", [0.0, 1.0])
def test_folding_in_solves_the_normal_equations(scaling):
    rows = taste_clusters()
    model = plain(embedding_size=4, confidence=20.0, frequency_scaling=scaling)
    model.fit(rows)
    factors, histories = model.item_factors_, rows.histories()
    scores = model.score_indices(histories, np.arange(len(histories)))
    some = [["i0"], ["i0", "i1", "i2", "i3", "i4", "i5"], ["i7", "i8"]]
    few = model.recommend(["x"] * 3, histories=some, n=3)
    many = model.recommend(["x"] * 9, histories=some * 3, n=3)
    np.testing.assert_allclose(few.scores, many.scores[:3], atol=1e-3)
    taken = histories.matrix().toarray() > 0
    confidence = 1 + model.confidence_
    for user in range(5):
        own = factors[taken[user]]
        frequency = model.confidence_ * taken[user].sum() / len(factors)
        steps = np.round(scaling * np.log1p(frequency) / np.log(STEP))
        assert (steps > 0) == (scaling > 0)
        system = factors.T @ factors + model.ridge_ * STEP**steps * np.eye(4)
        system += (confidence - 1) * own.T @ own
        vector = np.linalg.solve(system, confidence * own.sum(axis=0))
        np.testing.assert_allclose(scores[user], factors @ vector, atol=1e-3)


def test_the_penalty_grows_with_the_number_of_interactions():
    taken = csr_array(np.array([[0, 0, 0, 0], [3, 0, 0, 0], [3, 3, 3, 3.0]]))
    # 2 above a weight of 1, in one or all of four cells: 1 + 2 / 4, 1 + 4 * 2 / 4.
    ridges = row_ridges(taken, others=4, ridge=2.0, scaling=1.0)
    assert ridges == pytest.approx([2, 3, 6], rel=STEP - 1)
    assert ridges[0] == 2
    ridges = row_ridges(taken, others=4, ridge=2.0, scaling=0.5)
    assert ridges == pytest.approx([2, 2 * 1.5**0.5, 2 * 3**0.5], rel=STEP - 1)
    assert row_ridges(taken, others=4, ridge=2.0, scaling=0.0).tolist() == [2, 2, 2]


@pytest.mark.parametrize("scaling", [0.0, 1.0])
def test_users_and_items_fit_each_other_best_under_their_own_ridges(scaling):
    rows = taste_clusters()
    settings = {"confidence": 5.0, "frequency_scaling": scaling}
    model = plain(embedding_size=3, epochs=200, **settings).fit(rows)
    weights = rows.user_items()
    weights.data[:] = 1 + model.confidence_
    n_users, n_items = weights.shape

    def best(confidence, given, others):
        ridges = row_ridges(confidence, others, float(model.ridge_), scaling)
        found = []
        for row, ridge in zip(confidence.toarray(), ridges, strict=True):
            system = given.T @ (given * np.where(row, row, 1)[:, None])
            found.append(np.linalg.solve(system + ridge * np.eye(3), given.T @ row))
        return np.array(found), ridges

    users, of_users = best(weights, model.item_factors_, n_items)
    items, of_items = best(weights.T.tocsr(), users, n_users)
    np.testing.assert_allclose(items, model.item_factors_, atol=2e-3)
    assert (np.ptp(of_items) > 0) == (scaling > 0)


@pytest.mark.parametrize(
    "model", [ImplicitALS(embedding_size=4), SVD(embedding_size=4)]
)
def test_shares_add_up_to_the_score(model):
    model.fit(taste_clusters())
    history = ["i0", "i3", "i4"]
    answer = model.recommend(["x"], histories=[history], n=1)
    queries = model._query_matrix(model._histories_of(np.array([-1]), [history]))
    target = model.items_.indices(answer.item_ids[0])
    shares = model._pair_shares(queries, np.arange(3), np.repeat(target, 3))
    assert shares.sum() == pytest.approx(answer.scores[0, 0], rel=1e-3)


def test_result_does_not_depend_on_the_number_of_threads():
    fits = [
        ImplicitALS(embedding_size=8).fit(
            taste_clusters(), options=TrainingOptions(seed=1, threads=threads)
        )
        for threads in (1, 2)
    ]
    np.testing.assert_array_equal(fits[0].item_factors_, fits[1].item_factors_)


def test_there_is_no_warning_of_the_threads_of_blas(monkeypatch):
    utils = pytest.importorskip("implicit.utils")
    rows = taste_clusters()
    with threadpool_limits(2, "blas"), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        monkeypatch.setattr(utils, "_checked_blas_config", False)  # implicit warns once
        model = plain(embedding_size=2, epochs=1).fit(rows)
        monkeypatch.setattr(utils, "_checked_blas_config", False)
        model.recommend(["x"] * 9, histories=[["i0"]] * 9, n=3)
    assert [str(each.message) for each in caught] == []


@pytest.mark.filterwarnings("ignore:invalid value")
def test_factors_that_are_no_numbers_raise():
    with pytest.raises(DataError, match=r"raise als\.regularization"):
        item_factors(
            taste_clusters().user_items(),
            embedding_size=2,
            ridge=float("inf"),
            scaling=0.0,
            epochs=2,
            options=TrainingOptions(threads=1),
        )


def test_progress_is_reported_epoch_by_epoch():
    reports = []
    options = TrainingOptions(progress=reports.append)
    ImplicitALS(embedding_size=2, epochs=4).fit(taste_clusters(), options=options)
    assert [each.fraction for each in reports] == [0.25, 0.5, 0.75, 1.0]
    assert reports[0].message == "epoch 1 of 4"


def test_factors_follow_the_number_of_users_unless_given():
    sizes = [embedding_size_for(-1, users) for users in (50, 6400, 10**6)]
    assert sizes == [64, 100, 256]
    assert embedding_size_for(-1, 50, fewest=128) == 128
    assert embedding_size_for(8, 10**6) == 8
    rows = taste_clusters()
    assert ImplicitALS(epochs=1).fit(rows).item_factors_.shape[1] == 64
    assert SVD(embedding_size=3).fit(rows).item_factors_.shape[1] == 3


def test_ridge_and_confidence_follow_the_shape_of_the_data():
    rows = taste_clusters()
    model = ImplicitALS(embedding_size=2, epochs=1).fit(rows)
    taken = rows.user_items().nnz
    users, items = rows.user_count(), rows.item_count()
    assert model.ridge_ == pytest.approx(4 * (taken / users) ** 0.5)
    scaled = ImplicitALS(embedding_size=2, epochs=1, frequency_scaling=0.5).fit(rows)
    assert scaled.ridge_ == pytest.approx(model.ridge_ / (1 + 1 / 80) ** 0.5)
    assert model.confidence_ == pytest.approx(users * items / taken / 80)
