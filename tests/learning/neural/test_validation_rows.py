import numpy as np
import pytest

from django_recsys.testing import interactions_of

pytest.importorskip("torch")

from django_recsys.learning.neural.training import validation_rows
from django_recsys.learning.neural.training.validation_rows import (
    FEWEST_USERS,
    early_stopping_set_of,
    split_validation_rows,
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


def test_each_part_of_the_queries_has_its_own_seen_items(monkeypatch):
    """Half of the users have "a" and get "b", the others have "c" and get "d"."""
    is_first = np.arange(len(USERS)) < FEWEST_USERS // 2
    rows = interactions_of(dict.fromkeys(USERS, ["a", "b", "c", "d"]))
    own = np.where(is_first[:, None], ["a", "b"], ["c", "d"])[rows.user_indices]
    items = rows.items.ids[rows.item_indices]
    known, later = (rows.select(items == each) for each in own.T)
    found = early_stopping_set_of(known, later)
    scores = np.where(is_first[:, None], [9, 8, 1, 1], [1, 1, 9, 8])
    monkeypatch.setattr(validation_rows, "CELLS_AT_A_TIME", 4 * 7)
    parts = []

    def score(part):
        parts.append(part)
        return scores[part].astype(np.float32)

    assert found.ndcg(score) == pytest.approx(1)
    assert len(parts) > 2


def rows_of(*items: str):
    """Return the same items, in this order, for enough users to set a tenth aside."""
    users = [f"u{user:03}" for user in range(10 * FEWEST_USERS)]
    return interactions_of(dict.fromkeys(users, items))


def test_validation_rows_are_not_trained_on():
    rows = rows_of("a", "b", "c", "d")
    kept, found = split_validation_rows(rows, None, seed=0)
    assert len(kept) == len(rows) - FEWEST_USERS
    assert len(found.histories) == FEWEST_USERS
    newest = rows.items.ids.tolist().index("d")
    assert kept.item_counts()[newest] == 9 * FEWEST_USERS
    assert set(found.relevant.indices.tolist()) == {newest}
    assert newest not in found.histories.item_indices
    assert newest not in found.seen.indices


@pytest.mark.parametrize("is_given", [False, True])
def test_repeats_are_relevant_only_where_asked_for(is_given):
    """Everyone ends with an item of the history, so that nothing else is relevant."""
    rows = rows_of("a", "b", "c", "a")
    later = rows_of("a") if is_given else None
    later = later and later.with_items(["b", "c"])
    known = rows_of("a", "b", "c") if is_given else rows
    assert split_validation_rows(known, later, seed=0)[1] is None
    kept, found = split_validation_rows(known, later, seed=0, repeats=True)
    assert set(found.relevant.indices.tolist()) == {0}
    assert not found.seen.nnz
    assert (kept is known) == is_given
