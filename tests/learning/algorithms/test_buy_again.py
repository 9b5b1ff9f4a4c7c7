from django_recsys.learning.algorithms.buy_again import BuyAgain
from django_recsys.learning.data import Interactions
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


def test_recent_repeats_outweigh_old_ones():
    rows = interactions_of({"1": ["a", "a", "b"]}, days_between=100)
    assert ranking(BuyAgain(half_life_days=10), rows, n=1) == [["b"]]
    assert ranking(BuyAgain(half_life_days=10_000), rows, n=1) == [["a"]]


def test_popularity_decides_between_equal_scores():
    rows = Interactions.from_arrays(
        ["1", "1", "2"], ["a", "b", "b"], timestamps=[5.0, 5.0, 5.0]
    )
    assert ranking(BuyAgain(), rows, n=2) == [["b", "a"]]


def test_views_are_no_purchases():
    rows = Interactions.from_arrays(
        ["1", "1", "1"], ["seen", "seen", "bought"], kinds=["view", "view", "purchase"]
    )
    assert ranking(BuyAgain(), rows, n=2) == [["bought", ""]]


def test_items_that_are_often_bought_again_come_first():
    repeated = {f"u{each}": ["milk", "milk"] for each in range(4)}
    once = {f"v{each}": ["book"] for each in range(9)}
    rows = interactions_of(repeated | once | {"1": ["milk", "book"]})
    assert ranking(BuyAgain(), rows, n=2) == [["milk", "book"]]
    # Popularity and recency alone give the other order.
    assert ranking(BuyAgain(repeat_weight=0), rows, n=2) == [["book", "milk"]]


def test_the_repeat_share_of_rare_items_is_drawn_to_that_of_the_shop():
    users = {f"u{each}": ["milk", "milk", "book"] for each in range(50)}
    model = BuyAgain().fit(interactions_of(users | {"1": ["rare"]}))
    shares = dict(zip(model.items_.ids, model.repeat_share_, strict=True))
    assert shares["book"] < 0.1 < shares["rare"] < 0.5 < shares["milk"]


def test_rows_of_one_moment_are_one_purchase():
    rows = Interactions.from_arrays(
        ["1", "1", "1", "1", "2"],
        ["pen", "pen", "tea", "tea", "pen"],
        timestamps=[9e5, 9e5, 5e5, 9e5, 9e5],
        kinds=["purchase"] * 5,
    )
    model = BuyAgain(repeat_weight=0)
    assert ranking(model, rows, n=2) == [["tea", "pen"]]
    assert model.repeat_share_[model.items_.indices(["pen"])] < 0.5


def test_a_view_at_the_moment_of_a_purchase_does_not_count():
    rows = Interactions.from_arrays(
        ["1", "1"], ["a", "a"], timestamps=[5.0, 5.0], kinds=["view", "purchase"]
    )
    assert ranking(BuyAgain(), rows, n=1) == [["a"]]
