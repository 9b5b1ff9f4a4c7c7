import numpy as np
import pytest
from scipy.sparse import csr_array

from django_recsys.learning.algorithms.neighborhood import _transitions
from django_recsys.learning.algorithms.neighborhood._transitions import (
    Steps,
    largest_weights,
    strengths,
)
from django_recsys.learning.algorithms.neighborhood.graph import Graph
from django_recsys.learning.algorithms.neighborhood.nearest import nearest
from django_recsys.learning.algorithms.neighborhood.sequence_rules import SequenceRules
from django_recsys.learning.algorithms.neighborhood.user_knn import UserKNN
from django_recsys.learning.numerics.sparse import largest_of_each_row
from django_recsys.learning.recommender import TrainingOptions
from django_recsys.testing import RecommenderContract, interactions_of, taste_clusters


class TestGraph(RecommenderContract):
    def make_recommender(self):
        return Graph()


class TestUserKNN(RecommenderContract):
    def make_recommender(self):
        return UserKNN()


class TestSequenceRules(RecommenderContract):
    def make_recommender(self):
        return SequenceRules(shrinkage=1.0)


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_graph_equals_the_formula(alpha):
    rows = taste_clusters(users=20, items=12)
    model = Graph(alpha=alpha, beta=0.3).fit(rows)
    taken = (rows.user_items().toarray() > 0).astype(float)
    to_items = (taken / taken.sum(axis=1, keepdims=True)) ** alpha
    to_users = (taken / taken.sum(axis=0)).T ** alpha
    walks = to_users @ to_items / taken.sum(axis=0) ** 0.3
    np.fill_diagonal(walks, 0)
    np.testing.assert_allclose(model.weights_.toarray(), walks, rtol=1e-5)


def rule_weights(rows, steps, *, neighbors=100, threads=1):
    scale = np.ones(len(rows.items))
    options = TrainingOptions(threads=threads)
    found = largest_weights(rows.histories(), steps, (scale, scale), neighbors, options)
    return found.toarray()


def test_rules_count_distances():
    rows = interactions_of({"a": ["x", "y", "x", "z"], "b": ["y", "z"]})
    counts = rule_weights(rows, Steps.of(2, 1.0, backward=0.0))
    x, y, z = 0, 1, 2
    assert counts[x, y] == 1
    assert counts[y, x] == 1
    assert counts[x, z] == 1
    assert counts[y, z] == 0.5 + 1
    assert counts[x, x] == counts[z, x] == 0


def test_rules_weigh_less_backwards():
    rows = taste_clusters()
    forward = rule_weights(rows, Steps.of(5, 0.5, backward=0.0))
    both = rule_weights(rows, Steps.of(5, 0.5, backward=0.25))
    np.testing.assert_allclose(both, forward + 0.25 * forward.T, rtol=1e-5)


@pytest.mark.parametrize("backward", [0.0, 0.3])
def test_strength_is_the_mean_of_weights_out_and_in(backward):
    rows = taste_clusters()
    steps = Steps.of(5, 0.5, backward)
    counts = rule_weights(rows, steps)
    expected = (counts.sum(axis=0) + counts.sum(axis=1)) / 2
    np.testing.assert_allclose(strengths(rows.histories(), steps), expected, rtol=1e-5)


@pytest.mark.parametrize("neighbors", [3, 100])
def test_blocks_and_threads_change_nothing(monkeypatch, neighbors):
    rows, steps = taste_clusters(), Steps.of(5, 0.5, 0.3)
    whole = rule_weights(rows, steps, neighbors=neighbors)
    monkeypatch.setattr(_transitions, "PAIRS_PER_BLOCK", 37)
    parts = rule_weights(rows, steps, neighbors=neighbors, threads=2)
    np.testing.assert_array_equal(parts, whole)


def test_rules_predict_what_follows():
    rows = interactions_of(
        {f"u{u}": ["x", "y", "z"] if u % 2 else ["p", "q", "r"] for u in range(8)}
    )
    model = SequenceRules(shrinkage=1.0).fit(rows)
    answer = model.recommend(["a", "b"], histories=[["x", "y"], ["p", "q"]], n=1)
    assert answer.item_ids.ravel().tolist() == ["z", "r"]


def test_largest_of_each_row_keeps_ties_by_column():
    matrix = csr_array(np.array([[3.0, 1, 3, 3], [0, 2, 0, 1], [0, 0, 0, 0]]))
    kept = largest_of_each_row(matrix, 2).toarray()
    assert kept.tolist() == [[3, 0, 3, 0], [0, 2, 0, 1], [0, 0, 0, 0]]


def test_user_knn_counts_the_nearest_users_only():
    rows = interactions_of({"a": ["x", "y"], "b": ["x", "y", "z"], "c": ["x", "w"]})
    model = UserKNN(neighbors=2, recency=0.0).fit(rows)
    answer = model.recommend(["new"], histories=[["x", "y"]], n=4)
    assert [each for each in answer.item_ids[0] if each] == ["z"]


def test_user_knn_by_jaccard_prefers_users_of_few_other_items():
    rows = interactions_of(
        {"a": ["x", "y", "p", "q", "r", "s"], "b": ["x", "z"], "c": ["w", "v"]}
    )
    plain = {"popularity_power": 0.0, "activity_power": 0.0, "recency": 0.0}
    model = UserKNN(similarity="jaccard", **plain).fit(rows)
    scores = model.recommend(["new"], histories=[["x", "y"]], n=7)
    found = dict(zip(scores.item_ids[0], scores.scores[0], strict=True))
    assert found["z"] == pytest.approx(1 / 3)
    assert found["p"] == pytest.approx(2 / 6)
    nearest = UserKNN(similarity="jaccard", neighbors=1, **plain).fit(rows)
    history = [["x", "z", "y"]]
    answer = nearest.recommend(["new"], histories=history, n=7, exclude_seen=False)
    assert answer.scores[0, 0] == pytest.approx(2 / 3)
    cosine = UserKNN(similarity="cosine", neighbors=1, **plain).fit(rows)
    assert cosine.recommend(["new"], histories=[["x", "y"]], n=1).item_ids[0, 0] != "z"


def test_the_nearest_are_the_largest_products():
    random = np.random.default_rng(1)
    weighted = random.random((50, 30)) * (random.random((50, 30)) < random.random(30))
    exact = (weighted.T @ weighted).astype(np.float32)
    np.fill_diagonal(exact, 0)
    found = nearest(csr_array(weighted.astype(np.float32)), 4, 1).toarray()
    for row, expected in zip(found, exact, strict=True):
        kept = np.flatnonzero(row)
        assert set(kept) == set(np.argsort(-expected)[: len(kept)])
        np.testing.assert_allclose(row[kept], expected[kept], rtol=1e-4)
    assert np.count_nonzero(found) > 100
