from django_recsys.learning.algorithms.trending import Trending
from django_recsys.learning.data import Interactions
from django_recsys.testing import RecommenderContract
from django_recsys.testing.factories import DAY


class TestTrending(RecommenderContract):
    finds_withheld_item = False

    def make_recommender(self):
        return Trending()


def rows(**options):
    return Interactions.from_arrays(
        ["1", "2", "3", "4", "5"],
        ["old", "old", "old", "new", "new"],
        timestamps=[0, 0, 0, 30 * DAY, 30 * DAY],
        **options,
    )


def test_recent_items_come_first():
    answer = Trending(half_life_days=30).fit(rows()).recommend(["x"], n=2)
    assert answer.item_ids.tolist() == [["new", "old"]]
    assert answer.scores.tolist() == [[2, 1.5]]


def test_without_times_nothing_fades():
    answer = Trending(half_life_days=30).fit(rows(has_times=False)).recommend(["x"])
    assert answer.item_ids.tolist() == [["old", "new"]]


def test_each_user_counts_once_by_the_newest_interaction():
    given = Interactions.from_arrays(
        ["1", "1", "2"], ["a", "a", "b"], timestamps=[0, 30 * DAY, 30 * DAY]
    )
    answer = Trending(half_life_days=30).fit(given).recommend(["x"])
    assert answer.scores.tolist() == [[1, 1]]
