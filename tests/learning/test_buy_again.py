from django_recsys.learning.buy_again import BuyAgain
from django_recsys.learning.interactions import Interactions
from django_recsys.testing import RecommenderContract, interactions_of


class TestBuyAgain(RecommenderContract):
    finds_withheld_item = False

    def make_recommender(self):
        return BuyAgain()


def ranking(model, rows, n=3):
    return model.fit(rows).recommend(["1"], n=n, exclude_seen=False).item_ids.tolist()


def test_what_is_bought_most_often_comes_first():
    rows = interactions_of({"1": ["milk", "tea", "milk"], "2": ["tea", "rice"]})
    assert ranking(BuyAgain(), rows) == [["milk", "tea", ""]]


def test_recent_habits_outweigh_old_ones():
    rows = interactions_of({"1": ["a", "a", "b"]}, days_between=100)
    assert ranking(BuyAgain(half_life_days=10), rows, n=1) == [["b"]]
    assert ranking(BuyAgain(half_life_days=10_000), rows, n=1) == [["a"]]


def test_popularity_decides_between_equal_habits():
    rows = Interactions.from_arrays(
        ["1", "1", "2"], ["a", "b", "b"], timestamps=[5.0, 5.0, 5.0]
    )
    assert ranking(BuyAgain(), rows, n=2) == [["b", "a"]]


def test_views_are_no_purchases():
    rows = Interactions.from_arrays(
        ["1", "1", "1"], ["seen", "seen", "bought"], kinds=["view", "view", "purchase"]
    )
    assert ranking(BuyAgain(), rows, n=2) == [["bought", ""]]
