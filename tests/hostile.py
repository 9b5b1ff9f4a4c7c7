"""Values that nobody means to send, for the tests that drive whole roads with them.

RECSYS_TEST_HYPOTHESIS chooses how many: "short" (200 of each, in the test command),
"servers" (1,000), "long" (10,000). The seed is fixed, so that a run can be repeated.
"""

import os
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

from hypothesis import HealthCheck, settings, strategies as st

for name, examples in {"short": 200, "servers": 1000, "long": 10_000}.items():
    settings.register_profile(
        name,
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
settings.load_profile(os.environ.get("RECSYS_TEST_HYPOTHESIS", "short"))

DEEP: list = []
for _ in range(200):
    DEEP = [DEEP]

JSON_VALUES = [
    *(None, True, False, 0, -1, 1.0, -0.0, 1e20, 1e308, 5e-324, 1e-7, float("nan")),
    *(float("inf"), 2**31, 2**53 + 1.0, 2**63, 2**64, -(2**63) - 1, 10**400),
    *("", " ", "0", "nan", "NULL", "None", "\\N", "undefined", "1.0", "1.23457E+12"),
    *("\x00", "a\x00", "\ud800", "\udfff1", "\u202e", "é", "e\u0301", "𝒳" * 191),
    *("x" * 191, "x" * 192, "9" * 400, "1e9999999", "-1e9999999", "9999999999.99999"),
    *("9999999999.99995", "9999999999.9999", "-9999999999.99999", "0.00004", "1e-400"),
    *(
        "0001-01-01",
        "9999-12-31",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00+14:00",
    ),
    *("2026-01-31", "20260131", 20260131, 45000, 45000.5, 1767225600000, 1767225600),
    *("2026-W05-6", "24:00", "2026-02-30", "1900-01-01", "2199-12-31T23:59:59Z", -1e11),
    *([3], {"id": 1}, [], {}, DEEP, "b'u0'", "user:", "user:nan", "user:1", "email:"),
    *("guest:x", "purchase", "rating", "view", "return", "VIEW", " view ", "a, b", '"'),
]
"""What JSON, and most of which CSV, can hold."""

PYTHON_VALUES = [
    *JSON_VALUES,
    *(b"u0", b"\xff", (), ("user", 1), frozenset(), object(), 1j, Ellipsis, 10**5000),
    *(Decimal("1e9999999"), Decimal("sNaN"), Decimal("-Infinity"), Decimal("1.50")),
    *(Decimal("1e-9999999"), Decimal("0e500"), Decimal("9999999999.99995")),
    *(datetime.min, datetime.max, datetime.min.replace(tzinfo=UTC), date.max),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-23))),
    *(datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1), datetime(2026, 1, 1)),
    *(timedelta(1), UUID(int=1), int, print),
]
"""What a function of the shop's own can yield."""

any_text = st.text(st.characters(), max_size=20)
numbers = st.one_of(
    st.integers(), st.floats(), st.integers(-(10**30), 10**30), st.booleans()
)
json_values = st.one_of(
    st.sampled_from(JSON_VALUES),
    numbers,
    any_text,
    st.recursive(
        st.none() | numbers | any_text,
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(any_text, inner, max_size=2)
        ),
        max_leaves=4,
    ),
)
python_values = st.one_of(
    st.sampled_from(PYTHON_VALUES),
    json_values,
    st.decimals(),
    st.binary(max_size=8),
    st.datetimes(),
    st.datetimes(timezones=st.just(timezone(timedelta(hours=14)))),
    st.dates(),
)


def records(values, columns):
    """Records of some of the columns; most are good but for a value or two."""
    good = {
        "user": st.sampled_from(["1", 2, "guest:a", "email:0f"]),
        "item": st.sampled_from([1, "2"]),
        "timestamp": st.sampled_from([1767225600, "2026-01-01T00:00:00Z"]),
        "kind": st.sampled_from(["view", "purchase", "rating"]),
        "value": st.sampled_from([1, 4.5]),
        "quantity": st.sampled_from([1, 2, -1]),
        "price": st.sampled_from(["1.50", 3]),
    }

    def one(bad):
        hostile = dict.fromkeys(bad, values)
        return st.fixed_dictionaries({**good, **hostile})

    return st.sets(st.sampled_from(columns), max_size=2).flatmap(one)
