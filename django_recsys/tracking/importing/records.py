"""Understands one record of the past: a line of a file, or a dict of HISTORY."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any, TypeVar

from django.db.models import Model

from django_recsys.catalog import get_catalog
from django_recsys.exceptions import ConfigurationError, DataError
from django_recsys.learning import as_id, known, shown
from django_recsys.tracking.identity.visitors import email_key, visitor_key_for
from django_recsys.tracking.rows import (
    InteractionRow,
    as_moment,
    as_visitor_key,
    exact_price,
    make_row,
)

COLUMNS = (
    *("user", "visitor_key", "email", "item", "kind", "occurred_at", "timestamp", "at"),
    *("position", "value", "weight", "quantity", "price", "reference", "event_id"),
)
"""Names of what a record may hold; others are not looked at."""

PLAIN = frozenset({str, int, float})
Result = TypeVar("Result")

MOMENTS = ("occurred_at", "timestamp", "at")
VALUES = ("value", "weight")


class RecordReader:
    """Turns records into rows, and gives each a key that a second reading repeats."""

    def __init__(self, *, now: datetime, kind: str | None = None) -> None:
        self.now = now
        self.kind = kind
        """Kind of the records that name none."""
        self._occurrences: Counter[bytes] = Counter()
        # A file names the same users, items and moments again and again.
        self._visitor_key = once(as_visitor_key)
        self._item_id = once(partial(as_id, "item"))
        self._moment = once(as_moment)

    def row(
        self, record: Mapping[str, Any], *, moment: Any = None, order: Any = None
    ) -> InteractionRow:
        """Return the row of a record; raises `DataError` with the reason.

        Where the record has no time, `moment` is stored, and `order` (its place among
        the others) stands in the key instead.
        """
        if not isinstance(record, Mapping):
            raise DataError(f"{shown(record)} is no dict, as {{'user': ...}}.")
        given = first(record, MOMENTS)
        event_id, reference = known(record.get("event_id")), record.get("reference")
        row = make_row(
            visitor_key=self._visitor_of(record),
            item_id=self._item_of(record),
            kind=self._kind(record),
            occurred_at=self._moment(moment if given is None else given),
            recorded_at=self.now,
            quantity=record.get("quantity"),
            value=first(record, VALUES),
            price=record.get("price"),
            event_id=None if event_id is None else as_id("event_id", event_id),
            reference=(
                "" if known(reference) is None else as_id("reference", reference)
            ),
        )
        if row.kind != "rating" and known(record.get("value")) is None:
            row = row._replace(value=None)  # a weight of something that has no stars
        if row.event_id is not None:
            return row
        if row.price is None:
            return row._replace(event_id=self._event_id(row, given, order))
        # Of the exact price: keys of rows stored before prices were rounded are such.
        exact = row._replace(price=exact_price(record.get("price")))
        return row._replace(event_id=self._event_id(exact, given, order))

    def _visitor_of(self, record: Mapping[str, Any]) -> str:
        """Return the visitor key: of `visitor_key`, else `user`, else `email`."""
        user = first(record, ("visitor_key", "user"))
        if user is None:
            email = known(record.get("email"))
            if email is None:
                raise DataError("user is missing.")
            return email_key(as_id("email", email))
        if not isinstance(user, Model):
            return self._visitor_key(user)
        if user.pk is None:
            raise DataError(f"user is {shown(user)}, which is not saved.")
        return visitor_key_for(user)

    def _item_of(self, record: Mapping[str, Any]) -> str:
        """Return the item id: of an instance by the catalogue, else as written."""
        item = known(record.get("item"))
        if item is None:
            raise DataError("item is missing.")
        if not isinstance(item, Model):
            return self._item_id(item)
        if item.pk is None:
            raise DataError(f"item is {shown(item)}, which is not saved.")
        try:
            return get_catalog().item_id(item)
        except ConfigurationError as error:
            raise DataError(f"item is {shown(item)}: {error}") from error

    def _kind(self, record: Mapping[str, Any]) -> Any:
        kind = known(record.get("kind"))
        if kind is None:
            kind = self.kind
        if kind is None:
            raise DataError("kind is missing: add the column, or name one for all.")
        return kind.strip() if isinstance(kind, str) else kind

    def _event_id(self, row: InteractionRow, given: Any, order: Any) -> str:
        when = row.occurred_at.timestamp() if given is not None else f"#{order}"
        said = (*row[:3], when, *row[6:])
        digest = blake2b(repr(said).encode(), digest_size=16).digest()
        self._occurrences[digest] += 1
        return f"import:{digest.hex()}:{self._occurrences[digest]}"


def first(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """Return the first of these values that the record has."""
    for name in names:
        value = known(record.get(name))
        if value is not None:
            return value
    return None


def once(convert: Callable[[Any], Result]) -> Callable[[Any], Result]:
    """Return the function with a memory; 1, 1.0 and True are different values."""
    remembered = lru_cache(maxsize=8192, typed=True)(convert)

    def converted(value: Any) -> Result:
        # No other types: two moments that differ in `fold` alone are equal.
        return remembered(value) if type(value) in PLAIN else convert(value)

    return converted
