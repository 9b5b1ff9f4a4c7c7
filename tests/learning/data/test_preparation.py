import math
import time

import numpy as np
import pytest

from django_recsys.learning.data import Interactions
from django_recsys.learning.data.preparation import is_liked, prepare
from django_recsys.learning.exceptions import DataError

DAY = 86_400.0


def rows(*given, **options):
    users, items, kinds, amounts, times = zip(*given, strict=True)
    return Interactions.from_arrays(users, items, amounts, times, kinds, **options)


def pairs(interactions):
    users = interactions.users.ids[interactions.user_indices]
    items = interactions.items.ids[interactions.item_indices]
    weights = interactions.weights.tolist()
    return {(str(u), str(i)): w for u, i, w in zip(users, items, weights, strict=True)}


def test_kind_and_quantity_make_the_weight():
    prepared, report = prepare(
        rows(("1", "a", "view", 1, 0), ("1", "b", "purchase", 6, 1))
    )
    assert pairs(prepared)["1", "a"] == 1
    assert pairs(prepared)["1", "b"] == pytest.approx(10 * (1 + math.log(6)))
    assert (report.rows_given, report.rows_kept) == (2, 2)


def test_equal_rows_of_one_moment_count_once():
    row = ("1", "a", "purchase", 2, 5.0)
    prepared, report = prepare(rows(row, row, ("1", "a", "purchase", 2, 6.0)))
    assert (len(prepared), report.duplicates) == (2, 1)


def test_equal_rows_without_times_are_all_kept():
    given = Interactions.from_arrays(["1", "1"], ["a", "a"])
    assert len(prepare(given)[0]) == 2


def test_unknown_items_are_left_out_and_counted():
    given = rows(("1", "a", "view", 1, 0), ("1", "gone", "view", 1, 1))
    prepared, report = prepare(given, known_items={"a"})
    assert list(pairs(prepared)) == [("1", "a")]
    assert report.unknown_items == 1


def test_full_return_cancels_the_purchase():
    prepared, report = prepare(
        rows(
            ("1", "a", "purchase", 3, 0),
            ("1", "a", "return", -3, 1),
            ("2", "a", "purchase", 3, 2),
        )
    )
    assert list(pairs(prepared)) == [("2", "a")]
    assert (report.returns, report.purchases_cancelled) == (1, 1)


def test_partial_return_leaves_the_rest():
    prepared, _ = prepare(
        rows(("1", "a", "purchase", 6, 0), ("1", "a", "return", 2, 1))
    )
    assert pairs(prepared)["1", "a"] == pytest.approx(10 * (1 + math.log(4)), rel=1e-5)


def test_return_without_a_purchase_outweighs_a_view():
    prepared, report = prepare(
        rows(
            ("1", "a", "view", 1, 0),
            ("1", "a", "return", 1, 1),
            ("1", "b", "view", 1, 2),
        )
    )
    assert list(pairs(prepared)) == [("1", "b")]
    assert (report.negative_pairs, report.negative_rows) == (1, 1)


def test_removal_lowers_the_weight_of_the_cart():
    prepared, report = prepare(
        rows(
            ("1", "a", "cart_add", 1, 0),
            ("1", "a", "view", 1, 1),
            ("1", "a", "removal", 1, 2),
        )
    )
    assert prepared.weights.sum() == pytest.approx(1)
    assert report.removals == 1


def test_oldest_rows_of_an_absurd_volume_are_left_out():
    given = rows(
        *[("1", f"{n}", "view", 1, n) for n in range(9)], ("2", "0", "view", 1, 0)
    )
    prepared, report = prepare(given, max_rows_per_user=3)
    assert set(pairs(prepared)) == {("1", "6"), ("1", "7"), ("1", "8"), ("2", "0")}
    assert (report.capped_users, report.capped_rows) == (1, 6)


def test_low_rating_counts_against():
    given = rows(
        *[("1", f"{n}", "rating", 5, n) for n in range(9)], ("1", "bad", "rating", 1, 9)
    )
    prepared, report = prepare(given)
    assert ("1", "bad") not in pairs(prepared)
    assert len(prepared) == 9
    assert report.ratings_centred == 10


def test_equal_ratings_all_count_one():
    given = rows(("1", "a", "rating", 4, 0), ("2", "a", "rating", 4, 1))
    assert prepare(given)[0].weights.tolist() == [5, 5]


def test_weight_halves_with_each_half_life():
    given = rows(("1", "a", "view", 1, 0), ("1", "b", "view", 1, 30 * DAY))
    prepared, report = prepare(given, half_life_days=30)
    assert prepared.weights.tolist() == [0.5, 1]
    assert report.rows_decayed == 1
    assert prepare(given, half_life_days=30, now=60 * DAY)[0].weights.tolist() == [
        0.25,
        0.5,
    ]


def test_kind_without_a_weight_is_an_error():
    with pytest.raises(DataError, match="no weight for the kind 'gaze'"):
        prepare(rows(("1", "a", "gaze", 1, 0)))


def test_no_rows_stay_no_rows():
    given = rows(("1", "a", "view", 1, 0)).select(np.zeros(1, dtype=bool))
    prepared, report = prepare(given)
    assert len(prepared) == report.rows_kept == 0


def test_report_is_a_dictionary_of_counts():
    counts = prepare(rows(("1", "a", "view", 1, 0)))[1].as_dict()
    assert list(counts)[:2] == ["rows_given", "future_rows"]
    assert all(isinstance(each, int) for each in counts.values())


def test_a_row_of_the_future_is_left_out_and_counted():
    """By its age all others would be equally old, and weigh nothing."""
    given = rows(
        ("1", "a", "view", 1, 0),
        ("1", "b", "view", 1, 30 * DAY),
        ("1", "c", "view", 1, 20 * 365 * DAY),
    )
    prepared, report = prepare(given, half_life_days=30, now=30 * DAY)
    assert prepared.weights.tolist() == [0.5, 1]
    assert report.future_rows == 1


def test_without_a_given_now_the_future_begins_tomorrow():
    now = time.time()
    moments = [now - 30 * DAY, now + DAY / 2, now + 2 * DAY, now + 7300 * DAY]
    given = rows(*[("1", f"{n}", "view", 1, at) for n, at in enumerate(moments)])
    prepared, report = prepare(given, half_life_days=30)
    assert report.future_rows == 2
    assert prepared.weights == pytest.approx([0.5, 1], rel=0.02)


def test_positions_have_no_future():
    given = Interactions.from_arrays(
        ["1"], ["a"], timestamps=[1e12], has_times=False, kinds=["view"]
    )
    assert prepare(given)[1].future_rows == 0


def test_what_is_liked_is_neither_sent_back_nor_rated_low():
    given = rows(
        ("1", "kept", "purchase", 2, 0),
        ("1", "kept", "return", 1, 1),
        ("1", "sent back", "purchase", 2, 2),
        ("1", "sent back", "return", 2, 3),
        ("1", "good", "rating", 5, 4),
        ("1", "fair", "rating", 4, 5),
        ("1", "bad", "rating", 1, 6),
        ("1", "left", "removal", 1, 7),
        ("2", "sent back", "purchase", 1, 8),
    )
    assert is_liked(given).tolist() == [
        *(True, False),
        *(False, False),
        *(True, True, False),
        False,
        True,
    ]
