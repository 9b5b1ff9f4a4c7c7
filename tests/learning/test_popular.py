from django_recsys.learning.interactions import Interactions
from django_recsys.learning.popular import Popular
from django_recsys.testing import RecommenderContract


class TestPopular(RecommenderContract):
    finds_withheld_item = False

    def make_recommender(self):
        return Popular()


def test_users_are_counted_not_rows():
    rows = Interactions.from_arrays(["1", "1", "1", "2", "3"], list("aaabb"))
    answer = Popular().fit(rows).recommend(["x"], n=2)
    assert answer.item_ids.tolist() == [["b", "a"]]
    assert answer.scores.tolist() == [[2, 1]]


def test_items_nobody_took_are_not_shown():
    rows = Interactions.from_arrays(["1", "2"], ["a", "b"]).select(slice(0, 1))
    assert Popular().fit(rows).recommend(["x"], n=2).item_ids.tolist() == [["a", ""]]
