import numpy as np
import pytest

from django_recsys.learning._blending import (
    Candidates,
    learn_weights,
    on_one_scale,
    quality,
)
from django_recsys.learning.blend import Blend
from django_recsys.learning.evaluation import evaluate
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.histories import Histories
from django_recsys.learning.item_knn import ItemKNN
from django_recsys.testing import RecommenderContract, interactions_of, taste_clusters


class TestBlend(RecommenderContract):
    def make_recommender(self):
        return Blend(sources="item_knn,ease,buy_again")


class TestFallThrough(RecommenderContract):
    def make_recommender(self):
        return Blend(sources="item_knn,buy_again", method="fall-through")


def test_scores_are_the_weighted_sum_on_one_scale():
    rows = taste_clusters()
    model = Blend(sources="item_knn,svd", weights="2,1").fit(rows)
    histories, users = rows.histories(), np.arange(60)
    expected = sum(
        weight * on_one_scale(model.parts_[name].score_indices(histories, users))
        for name, weight in (("item_knn", 2), ("svd", 1))
    )
    ours = np.nan_to_num(model.score_indices(histories, users))
    np.testing.assert_allclose(ours, expected, atol=1e-6)


def test_learned_weights_are_no_worse_than_the_best_source():
    rows = taste_clusters(users=200)
    blend = evaluate(Blend(sources="item_knn,trending"), rows, "leave-one-out")
    for name in ("item_knn", "trending"):
        assert blend.metric() >= evaluate(name, rows, "leave-one-out").metric() - 0.02


def test_fall_through_ranks_the_first_source_first():
    rows = interactions_of({f"u{each}": ["a", "b"] for each in range(5)} | {"z": ["c"]})
    model = Blend(sources="item_knn,popular", method="fall-through").fit(rows)
    answer = model.recommend(["z", "new"], histories=[["a"], []], n=3)
    assert answer.item_ids.tolist() == [["b", "c", ""], ["a", "b", "c"]]


@pytest.mark.parametrize("sources", ["", "ease,ease", "blend,ease"])
def test_wrong_sources_raise(sources):
    with pytest.raises(DataError, match=r"blend\.sources"):
        Blend(sources=sources).fit(taste_clusters())


@pytest.mark.parametrize("weights", ["1", "1,x", "0,0", "1,-1"])
def test_wrong_weights_raise(weights):
    with pytest.raises(DataError, match=r"blend\.weights"):
        Blend(sources="ease,item_knn", weights=weights).fit(taste_clusters())


def test_quality_counts_hits_by_rank():
    scores = np.array([[3.0, 2.0, 1.0], [3.0, -np.inf, 1.0], [1.0, 1.0, 1.0]])
    wanted = np.array([[0, 1, 0], [0, 1, 1], [0, 0, 0]], dtype=bool)
    ndcg = (np.log2(2) / np.log2(3) + (1 / np.log2(3)) / (1 + 1 / np.log2(3))) / 2
    assert quality(scores, wanted, np.array([1, 2, 0])) == pytest.approx(ndcg)


def test_weights_of_seen_items_are_learned_apart():
    random = np.random.default_rng(0)
    shape = (200, 12)
    is_seen = np.tile(np.arange(12) < 6, (200, 1))
    good, noise = random.random(shape), random.random(shape)
    # The first source knows new items, the second those of the history.
    wanted = np.where(is_seen, noise > 0.8, good > 0.8)
    found = Candidates(
        items=np.tile(np.arange(12), (200, 1)),
        scores=np.stack([good, noise]).astype(np.float32),
        is_seen=is_seen,
        is_wanted=wanted,
        new_wanted=(wanted & ~is_seen).sum(axis=1),
        all_wanted=wanted.sum(axis=1),
        histories=Histories.empty(200, 12),
    )
    new, seen = learn_weights(found)
    assert new[0] > new[1]
    assert seen[1] > seen[0]


def test_explains_by_the_weightiest_source():
    rows = taste_clusters()
    model = Blend(sources="trending,item_knn", weights="5,1").fit(rows)
    alone = ItemKNN().fit(rows)
    history = ["i0", "i1"]
    assert model.explain(history, "i2") == alone.explain(history, "i2")
    silent = Blend(sources="trending").fit(rows)
    assert silent.explain(history, "i2") == []
    ranked = np.zeros((60, 2), dtype=np.int32)
    assert (silent.explain_indices(rows.histories(), ranked) == -1).all()
