from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest

from django_recsys.learning.data import Edges, IdMap, Interactions
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.values import as_id, as_moment, as_number, key_text, known


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (np.float32(3), "3"),
        (np.int64(7), "7"),
        (Decimal("5.00"), "5"),
        (b"u0", "u0"),
        ("1.0", "1"),
        ("+12.000", "12"),
        (" a ", "a"),
        ("1.5", "1.5"),
        ("1e5", "1e5"),
        ("007", "007"),
        (2**64, "18446744073709551616"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_what_is_an_id_becomes_its_text(value, text):
    assert as_id("user", value) == text


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", " ", "nan", "NaN", "NULL", "None", "\\N", "<NA>", "undefined"),
        *(float("nan"), float("inf"), 1.5, 2.0**54, Decimal("sNaN"), Decimal("1e999")),
        *(True, np.bool_(1), {"id": 1}, [3], (3,), {3}, b"\xff", 1j, object()),
        *("1.23457E+12", "1,5e+7", "a\0", "\ud800", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_what_is_no_id_is_refused_by_name(value):
    with pytest.raises(DataError, match="^user "):
        as_id("user", value)


def test_number_too_long_to_write_is_refused():
    with pytest.raises(DataError, match="user is a value of int"):
        as_id("user", 10**5000)


def test_key_of_a_program_may_be_any_text():
    assert key_text("item", "nan") == "nan"
    assert key_text("item", "1.0") == "1.0"


@pytest.mark.parametrize("value", [None, "", float("nan"), Decimal("sNaN")])
def test_nothing_is_not_known(value):
    assert known(value) is None


@pytest.mark.parametrize("value", [10**400, "1e309", "two", True, None, [1], 1e13])
def test_what_is_no_number_of_use_is_refused(value):
    with pytest.raises(DataError, match="^weight is "):
        as_number("weight", value)


def test_moments_of_every_form():
    expected = datetime(2026, 1, 31, tzinfo=UTC)
    for value in (expected, expected.timestamp(), "1769817600", "2026-01-31T00:00Z"):
        assert as_moment(value) == expected
    assert as_moment(date(2026, 1, 31)) == expected.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0001-01-01", "1900 to 2199"),
        (datetime.max, "1900 to 2199"),
        (9e10, "1900 to 2199"),
        (-9e10, "1900 to 2199"),
        (45000, "as spreadsheets count days"),
        ("45000.75", "as spreadsheets count days"),
        ("20260131", "a date without hyphens"),
        (20260131120000, "a date without hyphens"),
        (1767225600000, "milliseconds"),
        ("1e9999", "give Unix seconds"),
        (True, "ISO 8601"),
        (timedelta(1), "ISO 8601"),
    ],
)
def test_what_is_no_moment_is_refused_with_the_way_out(value, reason):
    with pytest.raises(DataError, match=reason):
        as_moment(value)


def test_ids_in_arrays_are_the_same_ids():
    for values in ([1, 2], [1.0, 2.0], np.array([1.0, 2]), [b"1", "2"], ["1.0", "2"]):
        ids, codes = IdMap.from_values(values)
        assert ids.ids.tolist() == ["1", "2"]
        assert codes.tolist() == [0, 1]


def test_long_numbers_keep_their_digits():
    long = [2**63, -1, 2**64 + 1]
    ids, codes = IdMap.from_values(long)
    assert ids.ids[codes].tolist() == list(map(str, long))


@pytest.mark.parametrize(
    "values",
    [
        [1, None],
        [1, True],
        [1.5],
        ["nan"],
        [{"id": 1}],
        [[3]],
        np.array([1.0, np.nan]),
        np.array([True]),
        np.array(["a", None], dtype=object),
    ],
)
def test_arrays_with_what_is_no_id_are_refused(values):
    for arrays in ((values, ["a"] * len(values)), (["a"] * len(values), values)):
        with pytest.raises(DataError, match="^(user|item) is "):
            Interactions.from_arrays(*arrays)
    with pytest.raises(DataError, match="^source is "):
        Edges.from_arrays(values, ["a"] * len(values))


def test_catalogue_adds_its_own_texts():
    rows = Interactions.from_arrays([1], ["a"])
    assert rows.with_items(["nan", 7]).items.ids.tolist() == ["a", "nan", "7"]
