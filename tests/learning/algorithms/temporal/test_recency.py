import numpy as np
import pytest

from django_recsys.learning.algorithms.temporal import (
    learned_recency,
    recency_weights,
    recent_items,
)
from django_recsys.learning.algorithms.temporal.selection import choose
from django_recsys.learning.data import Interactions
from django_recsys.testing import interactions_of


def test_weight_falls_to_one_over_e():
    histories = interactions_of({"1": list("abc")}).histories()
    weights = recency_weights(histories, 2.0)
    assert weights.tolist() == pytest.approx([np.exp(-1), np.exp(-0.5), 1])
    assert recency_weights(histories, 0.0).tolist() == [1, 1, 1]


def test_an_item_is_as_recent_as_its_newest_row():
    histories = interactions_of({"1": list("aba"), "2": [], "3": ["b"]}).histories()
    found = recent_items(histories, 1.0).toarray()
    assert found[0].tolist() == pytest.approx([1, np.exp(-1)])


def walks(users: int, is_ordered: bool) -> Interactions:
    """Return walks in which mostly one item follows each; else they are shuffled."""
    random = np.random.default_rng(0)
    histories = {}
    for user in range(users):
        walk = [int(random.integers(60))]
        while len(walk) < 30:
            follows = random.random() < 0.8
            walk.append((walk[-1] * 7 + 3) % 60 if follows else random.integers(60))
        if not is_ordered:
            random.shuffle(walk)
        histories[f"{user}"] = [f"{item}" for item in walk]
    return interactions_of(histories)


def test_sequences_choose_the_newest_items():
    assert 0 < choose(walks(300, is_ordered=True), seed=0).recency <= 5


def test_unordered_tastes_have_no_recency():
    assert choose(walks(300, is_ordered=False), seed=0).recency in (0.0, 30.0)


@pytest.mark.parametrize("has_times", [True, False])
def test_too_few_users_have_no_recency(has_times):
    rows = Interactions.from_arrays(
        ["1", "1", "2"], ["a", "b", "a"], timestamps=[1, 2, 3], has_times=has_times
    )
    assert choose(rows, seed=0).recency == 0


def test_one_moment_for_all_has_no_order():
    rows = Interactions.from_arrays(["1", "2"], ["a", "b"], timestamps=[5, 5])
    assert choose(rows, seed=0).recency == 0


def test_a_sample_of_items_and_users_is_enough(monkeypatch):
    monkeypatch.setattr(
        "django_recsys.learning.algorithms.temporal.selection.MOST_ITEMS", 40
    )
    monkeypatch.setattr(
        "django_recsys.learning.algorithms.temporal.selection.MOST_USERS", 100
    )
    assert choose(walks(300, is_ordered=True), seed=0).recency > 0


def test_a_given_recency_is_used():
    rows = walks(2, is_ordered=True)
    assert learned_recency(7.0, rows, seed=0) == 7
