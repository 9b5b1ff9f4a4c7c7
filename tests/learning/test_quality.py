"""Floors on real data: they tell a bug from a result."""

import pytest

from django_recsys.learning.evaluation import compare, evaluate
from django_recsys.learning.tables import read_interactions

pytestmark = pytest.mark.slow
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
