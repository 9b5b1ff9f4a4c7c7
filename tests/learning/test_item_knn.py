import numpy as np

from django_recsys.learning.interactions import Interactions
from django_recsys.learning.item_knn import ItemKNN
from django_recsys.testing import RecommenderContract


class TestItemKNN(RecommenderContract):
    def make_recommender(self):
        return ItemKNN(shrinkage=1.0)


def random_rows(seed=0):
    random = np.random.default_rng(seed)
    return Interactions.from_arrays(
        random.integers(0, 40, 600), random.integers(0, 25, 600)
    )


def test_scores_are_sums_of_shrunken_cosines():
    rows = random_rows()
    model = ItemKNN(neighbors=2000, shrinkage=7.0, recency=0.0).fit(rows)
    taken = (rows.user_items().toarray() > 0).astype(float)
    norms = np.sqrt(taken.sum(axis=0) + 7.0)
    similar = taken.T @ taken / np.outer(norms, norms)
    np.fill_diagonal(similar, 0)
    scores = model.score_indices(rows.histories(), np.arange(40))
    np.testing.assert_allclose(scores, taken @ similar, rtol=1e-5)


def test_an_item_is_scored_by_its_nearest_neighbours_only():
    model = ItemKNN(neighbors=3).fit(random_rows())
    assert (np.diff(model.weights_.T.tocsr().indptr) <= 3).all()


def test_recent_items_say_more():
    rows = random_rows()
    history = [["3", "4"], ["4", "3"]]
    model = ItemKNN(recency=0.5).fit(rows)
    answer = model.recommend(["x", "y"], histories=history, n=5)
    alone = model.recommend(["x"], histories=[["4"]], n=5, exclude=["3"])
    assert answer.item_ids[0].tolist() != answer.item_ids[1].tolist()
    assert answer.item_ids[0, 0] == alone.item_ids[0, 0]
