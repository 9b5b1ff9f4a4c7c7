import io

import pytest

from django_recsys.learning.algorithms.popular import Popular
from django_recsys.learning.algorithms.trending import Trending
from django_recsys.learning.artifacts import load, save
from django_recsys.learning.data import Interactions
from django_recsys.learning.exceptions import DataError
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


def test_items_without_interactions_are_not_shown():
    rows = Interactions.from_arrays(["1", "2"], ["a", "b"]).select(slice(0, 1))
    assert Popular().fit(rows).recommend(["x"], n=2).item_ids.tolist() == [["a", ""]]


CUPS_AND_PANS = {
    "item": ["cup1", "cup2", "cup3", "pan1", "pan2", "both"],
    "category": ["cups", "cups", "cups", "pans", "pans", "cups|pans"],
}


@pytest.fixture
def shop():
    buyers = {"cup1": 2, "cup2": 4, "cup3": 1, "pan1": 9, "pan2": 8, "both": 3}
    users = [f"u{n}" for count in buyers.values() for n in range(count)]
    items = [item for item, count in buyers.items() for _ in range(count)]
    return Interactions.from_arrays(users, items)


@pytest.mark.parametrize("cls", [Popular, Trending])
def test_by_category_ranks_within_the_categories_of_the_history(shop, cls):
    model = cls(by_category=True).fit(shop, items=CUPS_AND_PANS)
    histories = [["cup3"], ["cup3", "pan2", "cup1"], []]
    answer = model.recommend(["x", "y", "z"], histories=histories, n=6)
    assert [each for each in answer.item_ids[0] if each] == ["cup2", "cup1", "both"]
    # Two of three in the history are cups: 2 x 4 of cup2 against 1 x 9 of pan1.
    assert answer.item_ids[1, 0] == "pan1"
    assert [each for each in answer.item_ids[2] if each][0] == "pan1"
    assert model.capabilities.is_personal
    assert not cls().capabilities.is_personal


def test_by_category_survives_the_artifact(shop):
    file = io.BytesIO()
    save(Popular(by_category=True).fit(shop, items=CUPS_AND_PANS), file)
    loaded = load(io.BytesIO(file.getvalue()))
    answer = loaded.recommend(["x"], histories=[["pan2"]], n=2)
    assert answer.item_ids.tolist() == [["pan1", "both"]]


def test_by_category_needs_categories(shop):
    with pytest.raises(DataError, match="popular by category needs items"):
        Popular(by_category=True).fit(shop)
    with pytest.raises(DataError, match="no column 'category'"):
        Popular(by_category=True).fit(shop, items={"item": ["cup1"], "title": ["cup"]})
