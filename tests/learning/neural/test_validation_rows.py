import numpy as np
import pytest

from django_recsys.testing import interactions_of

pytest.importorskip("torch")

from django_recsys.learning.neural.training.validation_rows import (
    FEWEST_USERS,
    early_stopping_set_of,
)

USERS = [f"u{user:02}" for user in range(FEWEST_USERS)]


def early_stopping_set(*, repeats: bool = False):
    """All users have "a" and "b", then "b" again and "c"; "d" has no users."""
    known = interactions_of(dict.fromkeys(USERS, ["a", "b"])).with_items(["c", "d"])
    later = interactions_of(dict.fromkeys(USERS, ["a", "b", "c", "d"]))
    assert later.items.ids.tolist() == known.items.ids.tolist() == ["a", "b", "c", "d"]
    is_taken = np.isin(later.items.ids[later.item_indices], ["b", "c"])
    return early_stopping_set_of(known, later.select(is_taken), repeats=repeats)


def ndcg(found, scores: list[float]) -> float:
    return found.ndcg(
        lambda part: np.tile(np.float32(scores), (part.stop - part.start, 1))
    )


def test_seen_items_are_no_competitors_of_new_ones():
    """The two seen items score highest, which must not cost the new one its rank."""
    found = early_stopping_set()
    assert ndcg(found, [9, 8, 7, 1]) == pytest.approx(1)
    assert ndcg(found, [9, 8, 1, 7]) == pytest.approx(1 / np.log2(3))


def test_with_repeats_seen_items_are_ranked_and_count():
    found = early_stopping_set(repeats=True)
    assert ndcg(found, [1, 9, 8, 2]) == pytest.approx(1)
    assert ndcg(found, [9, 8, 1, 2]) < 0.7
