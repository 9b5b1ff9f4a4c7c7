"""Floors on real data: they tell a bug from a result."""

from functools import partial

import numpy as np
import pytest

from django_recsys.learning.algorithms.blend import candidates
from django_recsys.learning.data import pair_codes
from django_recsys.learning.data.files import read_interactions, read_items
from django_recsys.learning.evaluation.evaluator import (
    compare,
    evaluate as evaluate_liked,
)
from django_recsys.learning.metrics.bootstrap import bootstrap
from django_recsys.learning.registry import create

pytestmark = pytest.mark.slow
# The floors are those of published tables.
evaluate = partial(evaluate_liked, hits="all")
pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def online_retail(shared_data):
    path = shared_data("online-retail") / "interactions.parquet"
    return read_interactions(path).interactions


@pytest.fixture(scope="module")
def retail_popular(online_retail):
    return evaluate("popular", online_retail)


@pytest.mark.parametrize(
    ("name", "floor"), [("ease", 0.100), ("als", 0.084), ("item_knn", 0.088)]
)
def test_online_retail_new_items(online_retail, retail_popular, name, floor):
    evaluation = evaluate(name, online_retail)
    assert evaluation.metric(segment="known") >= floor
    assert compare(evaluation, retail_popular, segment="known").is_better
    assert compare(evaluation, retail_popular).is_better


def test_online_retail_repeat_purchases(online_retail, retail_popular):
    again = evaluate("buy_again", online_retail)
    for rival in ("ease", "item_knn", "als"):
        other = evaluate(rival, online_retail)
        assert compare(again, other, task="any-items").is_better


def test_online_retail_baskets(online_retail, retail_popular):
    evaluation = evaluate("bought_together", online_retail)
    assert compare(evaluation, retail_popular, task="baskets").is_better


@pytest.fixture(scope="module")
def amazon_toys(shared_data):
    path = shared_data("amazon-toys") / "interactions.parquet"
    return read_interactions(path).interactions


@pytest.mark.parametrize(
    ("name", "hit_rate", "ndcg"),
    [("item_knn", 0.083, 0.052), ("als", 0.052, 0.028), ("ease", 0.0846, 0.0520)],
)
def test_amazon_toys_floors(amazon_toys, name, hit_rate, ndcg):
    evaluation = evaluate(name, amazon_toys, "leave-one-out")
    assert evaluation.metric("hit_rate@10") >= hit_rate
    assert evaluation.metric("ndcg@10") >= ndcg


def test_amazon_toys_popular_equals_the_reference(amazon_toys):
    evaluation = evaluate("popular", amazon_toys, "leave-one-out")
    assert evaluation.metric("hit_rate@10") == pytest.approx(0.0090, abs=0.0005)
    assert evaluation.metric("ndcg@10") == pytest.approx(0.0052, abs=0.0005)


@pytest.mark.parametrize(
    ("name", "hit_rate", "ndcg"),
    [
        ("user_knn", 0.070, 0.041),
        ("graph", 0.070, 0.041),
        ("sequence_rules", 0.0903, 0.0592),
        ("bpr", 0.0427, 0.0225),
        ("svd", 0.045, 0.025),
    ],
)
def test_amazon_toys_floors_of_the_family(amazon_toys, name, hit_rate, ndcg):
    evaluation = evaluate(name, amazon_toys, "leave-one-out")
    assert evaluation.metric("hit_rate@10") >= hit_rate
    assert evaluation.metric("ndcg@10") >= ndcg


def test_amazon_toys_features_help(amazon_toys, shared_data):
    """Brand and category alone lift the vectors of als far above als."""
    items = read_items(shared_data("amazon-toys") / "items.parquet")
    evaluation = evaluate("content", amazon_toys, "leave-one-out", items=items)
    assert evaluation.metric("hit_rate@10") >= 0.090
    assert evaluation.metric("ndcg@10") >= 0.052


def test_amazon_toys_a_blend_gains_by_features(amazon_toys, shared_data, monkeypatch):
    """On a third of the users, with trees fitted on 800 of them."""
    monkeypatch.setattr(candidates, "MOST_QUERIES", 800)
    some = amazon_toys.select(amazon_toys.user_indices % 3 == 0).compact()
    items = read_items(shared_data("amazon-toys") / "items.parquet")
    pair = create("blend", sources="sequence_rules,content")
    blend = evaluate(pair, some, "leave-one-out", items=items)
    assert list(pair.parts_) == ["sequence_rules", "content"]
    rules = evaluate("sequence_rules", some, "leave-one-out")
    assert compare(blend, rules).is_better
    assert blend.metric("ndcg@10") >= 0.040


@pytest.mark.parametrize(
    ("name", "floor"),
    [("user_knn", 0.077), ("graph", 0.084), ("svd", 0.085), ("sequence_rules", 0.074)],
)
def test_online_retail_floors_of_the_family(online_retail, name, floor):
    assert evaluate(name, online_retail).metric() >= floor


def test_kinds_of_larger_weight_count_more(shared_data):
    """Three fifths of the purchased pairs, each withheld once with all its rows."""
    rows = read_interactions(
        shared_data("retailrocket-sub") / "interactions.parquet"
    ).interactions
    codes = pair_codes(rows)
    bought = np.random.default_rng(0).permutation(
        np.unique(codes[rows.is_kind("purchase")])
    )
    gains = []
    for part in range(3):
        is_test = np.isin(codes, bought[part::5])
        weighed, binary = (
            evaluate(
                create("item_knn", recency=0.0, **settings),
                rows,
                "given-split",
                is_test=is_test,
            ).values()
            for settings in ({}, {"strength_power": 0.0})
        )
        gains.append(weighed - binary)
    low, _ = bootstrap(np.concatenate(gains)[:, None])
    assert low[0] > 0
