import numpy as np

from django_recsys.learning.algorithms.factorization.svd import SVD
from django_recsys.testing import RecommenderContract, taste_clusters


class TestSVD(RecommenderContract):
    def make_recommender(self):
        return SVD(embedding_size=2)


def test_two_tastes_are_two_directions():
    rows = taste_clusters()
    model = SVD(embedding_size=2).fit(rows)
    half = np.array([int(each[1:]) // 12 for each in rows.items.ids])
    similar = model.similar_items(["i0"], n=11).item_ids[0]
    assert {int(each[1:]) // 12 for each in similar} == {half[0]}


def test_more_directions_than_the_data_have_are_empty():
    model = SVD(embedding_size=100).fit(taste_clusters())
    assert model.item_factors_.shape == (24, 100)
    assert not model.item_factors_[:, 24:].any()
