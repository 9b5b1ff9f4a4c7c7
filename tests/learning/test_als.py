import numpy as np
import pytest

from django_recsys.learning.als import ImplicitALS
from django_recsys.learning.base import TrainingOptions
from django_recsys.learning.factors import embedding_size_for
from django_recsys.learning.svd import SVD
from django_recsys.testing import RecommenderContract, taste_clusters


class TestImplicitALS(RecommenderContract):
    def make_recommender(self):
        return ImplicitALS(embedding_size=2, regularization=0.02, confidence=10.0)


def test_folding_in_solves_the_normal_equations():
    rows = taste_clusters()
    model = ImplicitALS(embedding_size=4, recency=0.0, trend=0.0).fit(rows)
    factors, histories = model.item_factors_, rows.histories()
    scores = model.score_indices(histories, np.arange(len(histories)))
    taken = histories.matrix().toarray() > 0
    confidence = 1 + model.confidence_
    for user in range(5):
        own = factors[taken[user]]
        system = factors.T @ factors + model.ridge_ * np.eye(4)
        system += (confidence - 1) * own.T @ own
        vector = np.linalg.solve(system, confidence * own.sum(axis=0))
        np.testing.assert_allclose(scores[user], factors @ vector, atol=1e-4)


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


def test_progress_is_reported_epoch_by_epoch():
    heard = []
    options = TrainingOptions(progress=heard.append)
    ImplicitALS(embedding_size=2, epochs=4).fit(taste_clusters(), options=options)
    assert [each.fraction for each in heard] == [0.25, 0.5, 0.75, 1.0]
    assert heard[0].message == "epoch 1 of 4"


def test_factors_follow_the_number_of_users_unless_given():
    sizes = [embedding_size_for(-1, users) for users in (50, 6400, 10**6)]
    assert sizes == [64, 100, 256]
    assert embedding_size_for(-1, 50, fewest=128) == 128
    assert embedding_size_for(8, 10**6) == 8
    rows = taste_clusters()
    assert ImplicitALS(epochs=1).fit(rows).item_factors_.shape[1] == 64
    assert SVD(embedding_size=3).fit(rows).item_factors_.shape[1] == 3
