import json

import numpy as np
import pytest
from scipy.sparse import csr_array

from django_recsys.learning.algorithms.content import (
    _new_item_scale,
    content,
)
from django_recsys.learning.algorithms.content._new_item_scale import (
    fair_new_item_scale,
)
from django_recsys.learning.algorithms.content.content import Content
from django_recsys.learning.cli.main import main
from django_recsys.learning.data import IdMap
from django_recsys.learning.data.files import read_interactions, read_items
from django_recsys.learning.data.item_features import item_features
from django_recsys.learning.evaluation.evaluator import evaluate
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.numerics.ridge import ridge_map
from django_recsys.learning.numerics.vectors import directions
from django_recsys.testing import RecommenderContract, taste_clusters

COLOURS = {
    "item": [str(item) for item in range(16)],
    "category": ["even" if item % 2 == 0 else "odd" for item in range(16)],
}


class TestContent(RecommenderContract):
    items = COLOURS

    def make_recommender(self):
        return Content(embedding_size=4)


def halves(items):
    """Describe items by their half, with some words without information."""
    numbers = [int(each[1:]) for each in items]
    return {
        "item": list(items),
        "title": [f"half{number // 12} thing{number % 5}" for number in numbers],
    }


NEW = ["n1", "n13"]  # of the first and of the second half


def test_an_item_without_interactions_reaches_the_right_users():
    rows = taste_clusters().with_items(NEW)
    model = Content(embedding_size=4, new_items=1.0)
    model.fit(rows, items=halves(rows.items.ids))
    for half, new in enumerate(NEW):
        history = [f"i{12 * half + number}" for number in range(4)]
        answer = model.recommend(["x"], histories=[history], n=9)
        shown = answer.item_ids[0].tolist()
        assert new in shown
        assert NEW[1 - half] not in shown
        near = model.similar_items([new], n=12).item_ids[0]
        assert {int(each[1:]) // 12 for each in near} == {half}


class TestFairNewItemScale:
    """Known items near one user or another, new ones in the middle of all users."""

    IS_NEW = np.arange(100) >= 80

    @pytest.fixture
    def vectors(self):
        random = np.random.default_rng(0)
        known = directions(random.normal(size=(80, 6)) + 0.7)
        new = directions(np.ones((20, 6)) + 0.1 * random.normal(size=(20, 6)))
        return np.vstack([known, new]).astype(np.float32)

    @pytest.fixture
    def queries(self, vectors):
        tastes = np.random.default_rng(1).normal(size=(400, 6)) + 0.5
        taken = csr_array((tastes @ vectors.T > 2) * ~self.IS_NEW).astype(np.float32)
        return taken[np.diff(taken.indptr) > 0]

    def share(self, queries, vectors, factor):
        scores = (queries @ vectors) @ vectors.T * np.where(self.IS_NEW, factor, 1)
        scores[queries.nonzero()] = -np.inf
        best = np.argsort(-scores, axis=1, kind="stable")[:, :10]
        return float(self.IS_NEW[best].mean())

    def test_new_items_get_their_share_of_the_places(
        self, queries, vectors, monkeypatch
    ):
        factor = fair_new_item_scale(queries, vectors, self.IS_NEW)
        assert self.share(queries, vectors, 1.0) > 0.5
        assert self.share(queries, vectors, factor) == pytest.approx(0.2, abs=0.01)
        monkeypatch.setattr(_new_item_scale, "CELLS_AT_A_TIME", 3000)
        in_parts = _new_item_scale._best(queries, vectors, self.IS_NEW)
        assert [len(each) for each in in_parts] == [queries.shape[0]] * 2
        assert fair_new_item_scale(queries, vectors, self.IS_NEW) == factor

    def test_items_of_equal_features_get_their_share(self, queries, vectors):
        vectors[80:] = vectors[80]
        factor = fair_new_item_scale(queries, vectors, self.IS_NEW)
        assert self.share(queries, vectors, factor) == pytest.approx(0.2, abs=0.03)

    def test_items_without_features_have_no_share(self, queries, vectors):
        vectors[85:] = 0
        factor = fair_new_item_scale(queries, vectors, self.IS_NEW)
        assert self.share(queries, vectors, factor) == pytest.approx(5 / 85, abs=0.01)

    def test_new_items_fill_places_that_known_ones_leave_open(self, queries, vectors):
        few = np.r_[0:3, 80:100]
        factor = fair_new_item_scale(queries[:, few], vectors[few], self.IS_NEW[few])
        assert 0 < factor < 0.01

    def test_new_items_within_their_share_are_not_scaled(self, queries, vectors):
        assert fair_new_item_scale(queries, vectors, np.zeros(100, dtype=bool)) == 1
        assert fair_new_item_scale(queries[:0], vectors, self.IS_NEW) == 1
        vectors[80:] *= 0.001
        assert fair_new_item_scale(queries, vectors, self.IS_NEW) == 1


def test_the_scale_of_new_items_can_be_set():
    rows = taste_clusters().with_items(NEW)
    described, new = halves(rows.items.ids), rows.items.indices(NEW)
    histories, users = rows.histories(), np.arange(len(rows.users))
    scores, models = {}, {}
    for new_items in (1.0, 0.25, 0.0, -1.0):
        model = Content(embedding_size=4, new_items=new_items)
        models[new_items] = model.fit(rows, items=described)
        scores[new_items] = model.score_indices(histories, users)
        known = np.delete(scores[new_items], new, axis=1)
        np.testing.assert_array_equal(known, np.delete(scores[1.0], new, axis=1))
        assert model.new_item_scale_[new] == pytest.approx(
            model.new_item_scale_[new[0]]
        )
    np.testing.assert_allclose(scores[0.25][:, new], scores[1.0][:, new] / 4)
    assert np.isnan(scores[0.0][:, new]).all()
    assert 0.25 < models[-1.0].new_item_scale_[new[0]] < 1
    # In a history a new item weighs as much as any other.
    history = [[NEW[1], "i3"]]
    ours = models[0.0].recommend(["x"], histories=history, n=8)
    theirs = models[1.0].recommend(["x"], histories=history, n=8, exclude=NEW)
    assert ours.item_ids.tolist() == theirs.item_ids.tolist()
    assert models[0.0].similar_items([NEW[1]], n=3).item_ids[0, 0]


def test_the_new_item_scale_reads_histories_as_scoring_does(monkeypatch):
    calls = []

    def fair(queries, item_vectors, is_new):
        calls.append(queries)
        return 1.0

    monkeypatch.setattr(_new_item_scale, "fair_new_item_scale", fair)
    rows = taste_clusters().with_items(NEW)
    model = Content(embedding_size=4, recency=2.0)
    model.fit(rows, items=halves(rows.items.ids))
    expected = model._query_matrix(rows.histories())
    np.testing.assert_array_equal(calls[0].toarray(), expected.toarray())


def test_the_new_item_scale_uses_a_seeded_sample(monkeypatch):
    monkeypatch.setattr(content, "MOST_SAMPLED", 7)
    histories = taste_clusters().histories()
    ours, again, other = (content._sample(histories, seed) for seed in (0, 0, 1))
    assert len(ours) == 7
    assert ours.item_indices.tolist() == again.item_indices.tolist()
    assert ours.item_indices.tolist() != other.item_indices.tolist()
    assert len(content._sample(histories.select(np.array([-1, 0])), 0)) == 1


def test_a_history_of_new_items_only_gets_scores():
    rows = taste_clusters().with_items(NEW)
    model = Content(embedding_size=4).fit(rows, items=halves(rows.items.ids))
    answer = model.recommend(["x"], histories=[[NEW[1]]], n=10)
    assert {int(each[1:]) // 12 for each in answer.item_ids[0]} == {1}
    assert model.explain([NEW[1]], answer.item_ids[0, 0])[0][0] == NEW[1]


def test_features_of_another_map_are_moved():
    rows = taste_clusters()
    table = halves(rows.items.ids)
    made = item_features(table, IdMap(rows.items.ids[::-1]))
    ours = Content(embedding_size=4).fit(rows, items=table)
    theirs = Content(embedding_size=4).fit(rows, items=made)
    np.testing.assert_allclose(ours.item_factors_, theirs.item_factors_, atol=1e-3)


def test_without_features_it_raises():
    with pytest.raises(DataError, match="content needs item features"):
        Content().fit(taste_clusters())
    with pytest.raises(DataError, match="None of the items has"):
        Content().fit(taste_clusters(), items={"item": ["other"], "title": ["x"]})


def test_ridge_map_agrees_with_the_normal_equations():
    from scipy.sparse import random_array

    random = np.random.default_rng(2)
    features = random_array((80, 12), density=0.3, rng=random, dtype=np.float32)
    targets = random.standard_normal((80, 5)).astype(np.float32)
    dense = features.toarray()
    exact = np.linalg.solve(dense.T @ dense + 2 * np.eye(12), dense.T @ targets)
    found = ridge_map(features.tocsr(), targets, 2.0)
    np.testing.assert_allclose(found, exact, atol=1e-3)


def test_the_command_line_evaluates_cold_items(tmp_path, capsys):
    rows = taste_clusters(users=60)
    lines = [
        f"{user},{item},{at}"
        for user, item, at in zip(
            rows.users.ids[rows.user_indices],
            rows.items.ids[rows.item_indices],
            rows.timestamps,
            strict=True,
        )
    ]
    (tmp_path / "rows.csv").write_text("\n".join(["user,item,timestamp", *lines]))
    table = halves(rows.items.ids)
    items = [",".join(pair) for pair in zip(table["item"], table["title"], strict=True)]
    (tmp_path / "features.csv").write_text("\n".join(["item,title", *items]))
    code = main(
        ["evaluate", str(tmp_path / "rows.csv"), "--algorithms", "popular,content"]
        + ["--items", str(tmp_path / "features.csv"), "--cold-items", "0.25"]
        + ["--protocol", "leave-one-out", "--set", "content.embedding_size=4"]
        + ["--json"]
    )
    popular, content = json.loads(capsys.readouterr().out)
    assert code == 0
    assert popular["hit_rate@10"] == 0
    assert content["hit_rate@10"] > 0.5
    assert content["cold_items"] == 0.25


@pytest.mark.slow
def test_new_toys_are_found_by_their_features(shared_data):
    pytest.importorskip("pyarrow")
    folder = shared_data("amazon-toys")
    rows = read_interactions(folder / "interactions.parquet").interactions
    table = read_items(folder / "items.parquet")
    equal = Content(new_items=1.0)
    found = evaluate(equal, rows, "leave-one-out", items=table, cold_items=0.1)
    random_rate = 10 / len(rows.items)
    assert found.metric("hit_rate@10") > 40 * random_rate
    popular = evaluate("popular", rows, "leave-one-out", cold_items=0.1)
    assert popular.metric("hit_rate@10") == 0
