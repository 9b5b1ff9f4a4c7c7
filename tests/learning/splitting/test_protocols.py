import time

import numpy as np
import pytest

from django_recsys.learning.data import Interactions
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.splitting.protocols import (
    given_split,
    leave_one_out,
    split,
    temporal_split,
    tenth_of_each_user,
    validation_split,
)
from django_recsys.testing import interactions_of


def pairs(rows: Interactions) -> list[tuple[str, str]]:
    users = rows.users.ids[rows.user_indices].tolist()
    return list(zip(users, rows.items.ids[rows.item_indices].tolist(), strict=True))


def test_temporal_cuts_once_for_all_users_and_ties_go_to_the_test():
    rows = Interactions.from_arrays(
        list("aabbcc"), list("123456"), timestamps=[1, 2, 3, 5, 5, 6]
    )
    cut = temporal_split(rows, share=1 / 3)  # row floor(4) has time 5, as has row 3
    assert pairs(cut.train) == [("a", "1"), ("a", "2"), ("b", "3")]
    assert pairs(cut.test) == [("b", "4"), ("c", "5"), ("c", "6")]


def test_temporal_tests_each_pair_once_and_no_return():
    rows = Interactions.from_arrays(
        list("aaaaaa"),
        list("123441"),
        timestamps=range(6),
        kinds=[*["purchase"] * 5, "return"],
    )
    cut = temporal_split(rows, share=0.5)
    assert pairs(cut.test) == [("a", "3"), ("a", "4")]


def test_returns_before_the_cut_stay_in_train():
    rows = Interactions.from_arrays(
        list("aaaaa"),
        list("11234"),
        timestamps=range(5),
        kinds=["purchase", "return", "purchase", "purchase", "purchase"],
    )
    assert temporal_split(rows, share=0.25).train.is_kind("return").sum() == 1


def test_positions_are_no_times():
    rows = Interactions.from_arrays(["a"], ["1"], timestamps=[0], has_times=False)
    with pytest.raises(DataError, match="temporal needs timestamps"):
        temporal_split(rows)


def test_validation_is_the_last_eighth():
    rows = interactions_of({"a": [str(n) for n in range(16)]})
    cut = validation_split(rows)
    assert (len(cut.train), len(cut.test)) == (14, 2)


def test_leave_one_out_takes_the_last_and_keeps_the_one_before():
    rows = interactions_of({"a": ["1", "2", "3", "4"], "b": ["1", "2"]})
    cut = leave_one_out(rows)
    assert pairs(cut.test) == [("a", "4")]
    assert pairs(cut.train) == [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")]
    assert ("a", "3") in pairs(cut.context)
    both = leave_one_out(rows, fit="train+validation")
    assert pairs(both.train) == pairs(both.context) == pairs(cut.context)


def test_leave_one_out_keeps_the_last_row_of_a_pair():
    rows = interactions_of({"a": ["1", "2", "3", "1"]})
    cut = leave_one_out(rows)
    assert pairs(cut.test) == [("a", "1")]
    assert pairs(cut.context) == [("a", "2"), ("a", "3")]


def test_tied_times_are_reported():
    rows = Interactions.from_arrays(list("aaab"), list("1231"), timestamps=[1, 1, 2, 1])
    assert temporal_split(rows).tied_times == 0.5


def test_given_split_follows_the_column():
    rows = interactions_of({"a": ["1", "2", "3"]})
    cut = split(rows, "given-split", is_test=np.array([True, False, True]))
    assert pairs(cut.train) == [("a", "2")]
    assert pairs(cut.test) == [("a", "1"), ("a", "3")]


def test_given_split_needs_a_column():
    with pytest.raises(DataError, match="needs a column 'split'"):
        split(interactions_of({"a": ["1"]}), "given-split")


def test_unknown_protocol_lists_the_known_ones():
    with pytest.raises(DataError, match="no protocol 'random'; there are: temporal"):
        split(interactions_of({"a": ["1"]}), "random")


def test_only_negative_rows_cannot_be_split():
    rows = Interactions.from_arrays(["a"], ["1"], timestamps=[1], kinds=["return"])
    with pytest.raises(DataError, match="no positive interactions"):
        temporal_split(rows)


def test_a_fifth_of_the_rows_is_the_test_and_nothing_is_tied():
    users, items = list("abcdefghij"), [str(number) for number in range(10)]
    rows = Interactions.from_arrays(users, items, timestamps=range(10))
    parts = temporal_split(rows)
    assert (len(parts.train), len(parts.test)) == (8, 2)
    assert parts.tied_times == 0
    assert given_split(rows, np.arange(10) > 7).tied_times == 0


def test_leave_one_out_keeps_the_last_row_of_each_of_many_pairs():
    users = ["a"] * 6
    items = ["x", "x", "y", "y", "z", "z"]
    rows = Interactions.from_arrays(users, items, timestamps=[1, 2, 3, 4, 5, 6])
    parts = leave_one_out(rows)
    kept = np.concatenate([parts.context.timestamps, parts.test.timestamps])
    assert sorted(kept) == [2, 4, 6]
    assert len(parts.train) == 1


def test_a_tenth_of_the_pairs_of_users_with_three_or_more():
    lengths = {"a": 2, "b": 3, "c": 10, "d": 20, "e": 40}
    users = [user for user, count in lengths.items() for _ in range(count)]
    items = [f"{user}{at}" for user, count in lengths.items() for at in range(count)]
    rows = Interactions.from_arrays(users, items)
    drawn = tenth_of_each_user(rows)
    counts = {
        user: int(drawn[rows.user_indices == at].sum())
        for at, user in enumerate(rows.users.ids.tolist())
    }
    assert counts == {"a": 0, "b": 1, "c": 1, "d": 2, "e": 4}


RATED = Interactions.from_arrays(
    list("aaaaaa"),
    list("123456"),
    weights=[5, 4, 5, 5, 4, 1],
    timestamps=range(6),
    kinds=["rating"] * 6,
)


def test_a_low_rating_is_no_hit_unless_all_are_asked_for():
    liked = split(RATED, "temporal", hits="liked")
    assert pairs(liked.test) == [("a", "5")]
    every = split(RATED, "temporal", hits="all")
    assert pairs(every.test) == [("a", "5"), ("a", "6")]
    given = given_split(RATED, np.arange(6) > 3)
    assert pairs(given.test) == [("a", "5")]


def test_leave_one_out_takes_the_last_that_was_liked():
    rows = Interactions.from_arrays(
        list("aaaaaa"),
        list("123456"),
        weights=[5, 4, 5, 1, 5, 1],
        timestamps=range(6),
        kinds=["rating"] * 6,
    )
    cut = leave_one_out(rows)
    assert pairs(cut.test) == [("a", "5")]
    # What came after it is nowhere, what came before it is known.
    assert pairs(cut.context) == [("a", each) for each in "1234"]
    assert pairs(cut.train) == [("a", each) for each in "12"]
    every = leave_one_out(rows, hits="all")
    assert pairs(every.test) == [("a", "6")]
    assert pairs(every.train) == [("a", each) for each in "1234"]


def test_a_purchase_that_was_sent_back_is_no_hit():
    rows = Interactions.from_arrays(
        list("aaaabbb"),
        list("1234234"),
        timestamps=range(7),
        kinds=["purchase"] * 7,
    )
    sent_back = Interactions.from_arrays(
        [*"aaaabbb", "b"],
        [*"1234234", "4"],
        timestamps=range(8),
        kinds=[*["purchase"] * 7, "return"],
    )
    assert pairs(temporal_split(rows, share=0.25).test) == [("b", "3"), ("b", "4")]
    assert pairs(temporal_split(sent_back, share=0.25).test) == [("b", "3")]


def test_rows_of_the_future_are_in_no_part():
    rows = Interactions.from_arrays(
        list("aaaa"), list("1234"), timestamps=[1, 2, 3, time.time() + 1e9]
    )
    cut = split(rows, "given-split", is_test=np.array([False, False, True, True]))
    assert pairs(cut.train) == [("a", "1"), ("a", "2")]
    assert pairs(cut.test) == [("a", "3")]
    assert cut.future_rows == 1


def test_whoever_is_too_short_to_be_tested_stays_in_the_training():
    rows = interactions_of({"a": ["1", "2"], "b": ["1", "2", "3"]})
    cut = leave_one_out(rows)
    assert pairs(cut.test) == [("b", "3")]
    assert pairs(cut.context) == [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")]
    assert pairs(cut.train) == [("a", "1"), ("a", "2"), ("b", "1")]


def test_the_tenth_of_each_user_stays_the_same():
    """Figures of one release are compared with those of another."""
    rows = interactions_of({"a": [str(n) for n in range(20)]})
    assert np.flatnonzero(tenth_of_each_user(rows)).tolist() == [11, 14]
