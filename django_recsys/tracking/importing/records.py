"""Understands one record of the past: a line of a file, or a dict of HISTORY."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.db.models import Model

from django_recsys.catalog import get_catalog
from django_recsys.exceptions import DataError
from django_recsys.tracking.identity.visitors import email_key, visitor_key_for
from django_recsys.tracking.rows import InteractionRow, as_visitor_key, make_row

MOMENTS = ("occurred_at", "timestamp", "at")
VALUES = ("value", "weight")


class RecordReader:
    """Turns records into rows, and gives each a key that a second reading repeats."""

    def __init__(self, *, now: datetime, kind: str | None = None) -> None:
        self.now = now
        self.kind = kind
        """Kind of the records that name none."""
        self._occurrences: Counter[bytes] = Counter()

    def row(
        self, record: Mapping[str, Any], *, moment: Any = None, order: Any = None
    ) -> InteractionRow:
        """Return the row of a record; raises `DataError` with the reason.

        Where the record has no time, `moment` is stored, and `order` (its place among
        the others) stands in the key instead.
        """
        given = first(record, MOMENTS)
        row = make_row(
            visitor_key=visitor_of_record(record),
            item_id=item_of_record(record),
            kind=self._kind(record),
            occurred_at=moment if given is None else given,
            recorded_at=self.now,
            quantity=known(record.get("quantity")),
            value=first(record, VALUES),
            price=known(record.get("price")),
            event_id=known(record.get("event_id")),
            reference=known(record.get("reference")) or "",
        )
        if row.kind != "rating" and known(record.get("value")) is None:
            row = row._replace(value=None)  # a weight of something that has no stars
        if row.event_id is not None:
            return row
        return row._replace(event_id=self._event_id(row, given, order))

    def _kind(self, record: Mapping[str, Any]) -> str:
        kind = known(record.get("kind")) or self.kind
        if kind is None:
            raise DataError("kind is missing: add the column, or name one for all.")
        return str(kind).strip()

    def _event_id(self, row: InteractionRow, given: Any, order: Any) -> str:
        when = row.occurred_at.timestamp() if given is not None else f"#{order}"
        said = (*row[:3], when, *row[6:])
        digest = blake2b(repr(said).encode(), digest_size=16).digest()
        self._occurrences[digest] += 1
        return f"import:{digest.hex()}:{self._occurrences[digest]}"


def visitor_of_record(record: Mapping[str, Any]) -> str:
    """Return the visitor key: of `visitor_key`, else `user`, else `email`."""
    user = known(record.get("visitor_key")) or known(record.get("user"))
    if user is None:
        email = known(record.get("email"))
        if email is None:
            raise DataError("user is missing.")
        return email_key(str(email))
    return visitor_key_for(user) if isinstance(user, Model) else as_visitor_key(user)


def item_of_record(record: Mapping[str, Any]) -> str:
    """Return the item id: of an instance by the catalogue, else as it is written."""
    item = known(record.get("item"))
    if item is None:
        raise DataError("item is missing.")
    return get_catalog().item_id(item) if isinstance(item, Model) else str(item)


def first(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """Return the first of these values that the record has."""
    for name in names:
        value = known(record.get(name))
        if value is not None:
            return value
    return None


def known(value: Any) -> Any:
    """Return the value; None for what means nothing in files and data frames."""
    if value is None or value != value or value == "":
        return None
    return value
