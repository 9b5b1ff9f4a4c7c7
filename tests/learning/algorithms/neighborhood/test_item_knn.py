import numpy as np
import pytest

from django_recsys.learning.algorithms.neighborhood import _similarities
from django_recsys.learning.algorithms.neighborhood.item_knn import ItemKNN
from django_recsys.learning.data import Interactions
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
    model = ItemKNN(neighbors=2000, shrinkage=7.0, recency=0.0, strength_power=0.0).fit(
        rows
    )
    taken = (rows.user_items().toarray() > 0).astype(float)
    norms = np.sqrt(taken.sum(axis=0) + 7.0)
    similar = taken.T @ taken / np.outer(norms, norms)
    np.fill_diagonal(similar, 0)
    scores = model.score_indices(rows.histories(), np.arange(40))
    np.testing.assert_allclose(scores, taken @ similar, rtol=1e-5)


def test_an_item_is_scored_by_its_nearest_neighbours_only():
    model = ItemKNN(neighbors=3).fit(random_rows())
    assert (np.diff(model.weights_.T.tocsr().indptr) <= 3).all()


def test_recent_items_weigh_more():
    rows = random_rows()
    history = [["3", "4"], ["4", "3"]]
    model = ItemKNN(recency=0.5).fit(rows)
    answer = model.recommend(["x", "y"], histories=history, n=5)
    alone = model.recommend(["x"], histories=[["4"]], n=5, exclude=["3"])
    assert answer.item_ids[0].tolist() != answer.item_ids[1].tolist()
    assert answer.item_ids[0, 0] == alone.item_ids[0, 0]


def formula(similarity, taken, shrinkage):
    """Return (n_items, n_items), row: the item of the history."""
    both = taken.T @ taken
    users = taken.sum(axis=0)
    rare = np.log1p(taken.shape[1] / np.maximum(taken.sum(axis=1), 1))[:, None]
    if similarity == "jaccard":
        return both / (users[:, None] + users - both + shrinkage)
    if similarity == "conditional":
        return both / (users[:, None] + shrinkage)
    if similarity == "tfidf":
        norms = np.sqrt(((taken * rare) ** 2).sum(axis=0) + shrinkage)
        return (taken * rare).T @ (taken * rare) / np.outer(norms, norms)
    length = 0.25 + 0.75 * (users + shrinkage) / (users.mean() + shrinkage)
    weighed = taken * rare * 2.2 / (1.2 * length + 1)
    return weighed.T @ weighed


@pytest.mark.parametrize("similarity", ["jaccard", "tfidf", "bm25", "conditional"])
def test_other_similarities_equal_their_formulas(similarity):
    rows = random_rows()
    model = ItemKNN(
        neighbors=2000, shrinkage=3.0, similarity=similarity, strength_power=0.0
    )
    taken = (rows.user_items().toarray() > 0).astype(float)
    expected = formula(similarity, taken, 3.0)
    np.fill_diagonal(expected, 0)
    found = model.fit(rows).weights_.toarray()
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("similarity", ["jaccard", "bm25", "conditional"])
def test_the_nearest_by_a_similarity_are_kept(similarity, monkeypatch):
    monkeypatch.setattr(_similarities, "CELLS_PER_BLOCK", 500)
    rows = random_rows()
    taken = (rows.user_items().toarray() > 0).astype(float)
    expected = formula(similarity, taken, 1.0)
    np.fill_diagonal(expected, 0)
    model = ItemKNN(
        neighbors=4, shrinkage=1.0, similarity=similarity, strength_power=0.0
    ).fit(rows)
    kept = model.weights_.toarray()
    floor = np.sort(expected, axis=0)[-4]
    assert (np.count_nonzero(kept, axis=0) == 4).all()
    assert (kept[kept > 0] >= (0.9999 * floor[None, :]).repeat(25, 0)[kept > 0]).all()


def test_strong_interactions_weigh_more():
    users = [f"u{n}" for n in range(8) for _ in range(2)]
    items = ["a", "bought"] * 4 + ["a", "viewed"] * 4
    weights = [1.0, 10.0] * 4 + [1.0, 1.0] * 4
    rows = Interactions.from_arrays(users, items, weights=weights)
    shown = ItemKNN().fit(rows).similar_items(["a"], n=2).item_ids[0]
    assert shown.tolist() == ["bought", "viewed"]
    alike = ItemKNN(strength_power=0.0).fit(rows).similar_items(["a"], n=2)
    assert alike.scores[0, 0] == alike.scores[0, 1]
