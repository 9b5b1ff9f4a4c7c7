import numpy as np

from django_recsys.learning.algorithms.factorization.bpr import BPR
from django_recsys.learning.evaluation.evaluator import compare, evaluate
from django_recsys.testing import RecommenderContract, taste_clusters


class TestBPR(RecommenderContract):
    def make_recommender(self):
        return BPR(embedding_size=8, epochs=300, recency=0.0)


def test_taste_beats_popularity():
    rows = taste_clusters()
    model = BPR(embedding_size=8, epochs=200)
    popular = evaluate("popular", rows, "leave-one-out")
    assert compare(evaluate(model, rows, "leave-one-out"), popular).is_better


def test_items_without_interactions_have_no_score():
    rows = taste_clusters()
    model = BPR(embedding_size=8, epochs=5).fit(rows.select(rows.item_indices > 0))
    scores = model.score_indices(rows.histories(), np.arange(60))
    assert np.isnan(scores[:, 0]).all()


def test_the_log_popularity_is_added_to_the_biases():
    rows = taste_clusters()
    plain, popular = (
        BPR(embedding_size=8, epochs=5, recency=0.0, popularity_power=power).fit(rows)
        for power in (0.0, 1.0)
    )
    added = popular.item_offsets_ - plain.item_offsets_
    np.testing.assert_allclose(added, np.log(rows.item_counts()), atol=1e-5)
