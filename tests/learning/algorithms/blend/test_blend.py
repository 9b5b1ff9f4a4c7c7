from dataclasses import replace

import numpy as np
import pytest

from django_recsys.learning.algorithms.blend._weights import (
    LEAST_WEIGHT,
    _maximum_likelihood,
    _near_best,
    _unit,
    learn_weights,
    qualities,
)
from django_recsys.learning.algorithms.blend.blend import Blend
from django_recsys.learning.algorithms.blend.candidates import (
    BEST_OF_SCALE,
    Candidates,
    on_one_scale,
)
from django_recsys.learning.algorithms.neighborhood.item_knn import ItemKNN
from django_recsys.learning.data import Histories, IdMap
from django_recsys.learning.evaluation.evaluator import evaluate
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.recommender import TrainingOptions
from django_recsys.testing import RecommenderContract, interactions_of, taste_clusters

ITEMS = np.array([str(each) for each in range(12)])


def candidates(
    is_seen: np.ndarray, relevant: np.ndarray, *scores: np.ndarray
) -> Candidates:
    queries, width = relevant.shape
    return Candidates(
        items=np.tile(np.arange(width), (queries, 1)),
        scores=np.stack(scores).astype(np.float32),
        is_seen=is_seen,
        is_relevant=relevant,
        new_relevant=(relevant & ~is_seen).sum(axis=1),
        all_relevant=relevant.sum(axis=1),
        histories=Histories.empty(queries, width),
    )


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
        weight
        * on_one_scale(model.parts_[name].score_indices(histories, users), histories)
        for name, weight in (("item_knn", 2), ("svd", 1))
    )
    ours = np.nan_to_num(model.score_indices(histories, users))
    np.testing.assert_allclose(ours, expected, atol=1e-6)


def test_learned_weights_are_no_worse_than_the_best_source():
    rows = taste_clusters(users=200)
    blend = evaluate(Blend(sources="item_knn,trending"), rows, "leave-one-out")
    for name in ("item_knn", "trending"):
        assert blend.metric() >= evaluate(name, rows, "leave-one-out").metric() - 0.02


def test_new_items_have_a_scale_of_their_own():
    scores = np.full((3, 12), np.nan, dtype=np.float32)
    scores[0, :4] = 50, 9, 3, -6  # the first is in the history
    scores[1, :2] = 8, 4  # both are in the history: no new item
    scores[2] = np.arange(12) + 1  # a user without history
    histories = Histories.from_ids([["0"], ["0", "1"], []], IdMap(ITEMS))
    ours = on_one_scale(scores, histories)
    best_of_first = (9 + 3) / 10
    assert ours[0, :4] == pytest.approx(np.array([50, 9, 3, -6]) / [50, *[1.2] * 3])
    assert best_of_first == pytest.approx(1.2)
    assert not ours[0, 4:].any()
    assert ours[1, :2].tolist() == [1, 0.5]
    assert ours[2] == pytest.approx((np.arange(12) + 1) / np.arange(3, 13).mean())
    assert ours.max() <= BEST_OF_SCALE


def test_maximum_likelihood_recovers_the_weights():
    random = np.random.default_rng(0)
    first, second, third = random.normal(size=(3, 800, 30))
    utility = 2 * first + second + random.gumbel(size=first.shape)
    relevant = utility == utility.max(axis=1, keepdims=True)
    hidden = np.zeros(relevant.shape, dtype=bool)
    weights = _maximum_likelihood(np.stack([second, third, first]), hidden, relevant)
    assert weights == pytest.approx([1, 0, 2], abs=0.15)
    assert _unit(weights) == pytest.approx([0.5, 0, 1], abs=0.1)
    assert _unit(weights)[1] == 0  # too small to be worth its time
    hidden[:, 10:] = True
    relevant[:, 10:] = False
    again = _maximum_likelihood(np.stack([second, third, first]), hidden, relevant)
    assert again == pytest.approx([1, 0, 2], abs=0.3)
    none = np.zeros_like(relevant)
    nothing = _maximum_likelihood(np.stack([first, second]), hidden, none)
    assert not nothing.any()
    assert _unit(nothing).tolist() == [1, 1]


def test_new_items_are_weighted_by_likelihood_only_without_times():
    random = np.random.default_rng(0)
    good, other = random.normal(size=(2, 400, 12))
    relevant = good + 0.3 * other + random.gumbel(size=good.shape) > 3
    found = candidates(np.zeros((400, 12), dtype=bool), relevant, good, other)
    later, same = (learn_weights(found, is_later=each) for each in (True, False))
    assert later[0].tolist() == [1, 0]
    assert 0.1 < same[0, 1] < 0.6
    assert same[1].tolist() == same[0].tolist()


def test_sources_weigh_by_how_near_they_are_to_the_best():
    # The third is just near enough, but its weight too small to be kept.
    alone = np.array([1.0, 0.95, 0.905, 0.5])

    def measure(weights):
        return np.array([(alone * weights).max()])

    assert _near_best(measure, 4).tolist() == pytest.approx([1, 0.5, 0, 0])


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


def described(rows):
    kinds = [f"kind {place % 4}" for place in range(len(rows.items))]
    return {"item": rows.items.ids.tolist(), "category": kinds}


def test_sources_that_need_features_are_left_out_without_them():
    rows, reports = taste_clusters(), []
    options = TrainingOptions(progress=lambda each: reports.append(each.message))
    for items in (None, {"item": ["nowhere"], "category": ["none"]}):
        model = Blend(sources="content,item_knn", weights="3,2")
        model.fit(rows, items=items, options=options)
        assert list(model.parts_) == ["item_knn"]
        assert model.weights_.tolist() == [[2], [2]]
        assert "left out, as there are no item features: content" in reports
        reports.clear()
    model.fit(rows, items=described(rows), options=options)
    assert list(model.parts_) == ["content", "item_knn"]
    assert not any("left out" in message for message in reports)
    assert "content" in Blend().sources.split(",")


def test_a_blend_that_needs_features_raises_without_them():
    rows, nothing = taste_clusters(), {"item": ["nowhere"], "category": ["none"]}
    with pytest.raises(DataError, match="content needs item features"):
        Blend(sources="content").fit(rows)
    with pytest.raises(DataError, match="None of the items has a feature"):
        Blend(sources="content").fit(rows, items=nothing)
    with pytest.raises(DataError, match="leave nothing but content: pass items"):
        Blend(sources="content,item_knn", weights="1,0").fit(rows)


def test_sources_that_only_read_features_are_kept_without_them(monkeypatch):
    monkeypatch.setattr(
        ItemKNN,
        "class_capabilities",
        replace(ItemKNN.class_capabilities, reads_items=True),
    )
    reports = []
    options = TrainingOptions(progress=lambda each: reports.append(each.message))
    Blend(sources="item_knn,popular").fit(taste_clusters(), options=options)
    assert not any("left out" in message for message in reports)


def test_quality_counts_hits_by_rank():
    scores = np.array([[3.0, 2.0, 1.0], [3.0, -np.inf, 1.0], [1.0, 1.0, 1.0]])
    relevant = np.array([[0, 1, 0], [0, 1, 1], [0, 0, 0]], dtype=bool)
    ndcg = (np.log2(2) / np.log2(3) + (1 / np.log2(3)) / (1 + 1 / np.log2(3))) / 2
    found = qualities(scores, relevant, np.array([1, 2, 0]))
    assert found.mean() == pytest.approx(ndcg)


def test_seen_items_have_weights_of_their_own():
    random = np.random.default_rng(0)
    shape = (200, 12)
    is_seen = np.tile(np.arange(12) < 6, (200, 1))
    good, noise = random.random(shape), random.random(shape)
    # The first source predicts new items, the second those of the history.
    relevant = np.where(is_seen, noise > 0.8, good > 0.8)
    found = candidates(is_seen, relevant, good, noise)
    new, seen = learn_weights(found, is_later=True)
    assert new.tolist() == [1, 0]
    assert seen[1] > seen[0]
    no_repeats = candidates(is_seen, relevant & ~is_seen, good, noise)
    assert learn_weights(no_repeats, is_later=True)[1].tolist() == [1, 0]


def test_repeat_purchases_rank_by_their_likelihood():
    random = np.random.default_rng(0)
    score = random.random((500, 12))
    is_seen = np.tile(np.arange(12) < 6, (500, 1))

    def seen_weight(of_seen: float) -> float:
        relevant = score * np.where(is_seen, of_seen, 1) > 0.9
        found = candidates(is_seen, relevant, score)
        return float(learn_weights(found, is_later=True)[1, 0])

    assert (
        seen_weight(0.95) < seen_weight(1.2) < seen_weight(2) <= 1 / LEAST_WEIGHT + 1e-6
    )


def test_explains_by_the_source_of_largest_weight():
    rows = taste_clusters()
    model = Blend(sources="trending,item_knn", weights="5,1").fit(rows)
    alone = ItemKNN().fit(rows)
    history = ["i0", "i1"]
    assert model.explain(history, "i2") == alone.explain(history, "i2")
    without_reasons = Blend(sources="trending").fit(rows)
    assert without_reasons.explain(history, "i2") == []
    ranked = np.zeros((60, 2), dtype=np.int32)
    assert (without_reasons.explain_indices(rows.histories(), ranked) == -1).all()
