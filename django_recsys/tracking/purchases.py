"""Turns the shop's own order lines into rows: one reader for every road.

The backfill, the live hook, the catch-up and a host's signal all read lines here, and
so give one purchase the same key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from django_recsys.catalog import get_catalog
from django_recsys.conf import get_settings
from django_recsys.exceptions import DataError
from django_recsys.models import Interaction

from .bulk import chunks, insert_rows
from .deferring import our_alias
from .rows import (
    InteractionRow,
    as_moment,
    as_price,
    make_row,
    provisional_ids,
)
from .sources import PurchaseSource, purchase_sources
from .visitors import email_key

PURCHASE = Interaction.Kind.PURCHASE.value
LINE_KINDS = (PURCHASE, Interaction.Kind.RETURN.value)
"""What a line of an order can be stored as."""

PROVISIONAL = Interaction.objects.filter(
    kind__in=LINE_KINDS,
    event_id__gte="ref:",
    event_id__lt="ref;",
)
"""Purchases told by a signal whose order line nobody has seen yet."""

KEYS_PER_QUERY = 500


@dataclass
class PurchaseReader:
    """Reads the lines of one source, and counts those that cannot be used and why."""

    source: PurchaseSource
    now: datetime
    skipped: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.oldest = self.now - timedelta(days=get_settings().RETENTION_DAYS)
        self._item_ids: dict[Any, str] = {}
        # Lines of one order share these, and converting is most of the work.
        self._moment = lru_cache(maxsize=4096)(as_moment)
        self._price = lru_cache(maxsize=8192)(as_price)
        self._email_key = lru_cache(maxsize=4096)(email_key)

    def rows(self, lines: QuerySet[Any]) -> list[InteractionRow]:
        """Return the rows of these lines, without those that cannot be used."""
        return self.rows_of_values(list(self.source.values(lines)))

    def rows_of_values(
        self, values: Sequence[Mapping[str, Any]]
    ) -> list[InteractionRow]:
        """Return the rows of lines that are read already."""
        unknown = {line["item"] for line in values} - self._item_ids.keys() - {None}
        if unknown:
            found = get_catalog().canonical_ids(self.source.item_model, unknown)
            self._item_ids |= found
        return list(self._usable(values))

    def _usable(self, values: Sequence[Mapping[str, Any]]) -> Iterator[InteractionRow]:
        for line in values:
            item_id = self._item_ids.get(line["item"])
            visitor_key = self._buyer(line)
            if item_id is None:
                self.skipped["without_item"] += 1
            elif visitor_key is None:
                self.skipped["without_buyer"] += 1
            else:
                row = self._row(line, visitor_key, item_id)
                if row is not None:
                    yield row

    def _row(
        self, line: Mapping[str, Any], visitor_key: str, item_id: str
    ) -> InteractionRow | None:
        try:
            occurred_at = self._moment(line["at"])
        except DataError:
            return self._skip("bad_date")
        if occurred_at < self.oldest:
            return self._skip("older_than_retention")
        if line.get("quantity") == 0:
            return self._skip("without_quantity")
        try:
            return make_row(
                visitor_key=visitor_key,
                item_id=item_id,
                kind=PURCHASE,
                event_id=self.source.event_id(line["line"]),
                occurred_at=occurred_at,
                recorded_at=self.now,
                quantity=line.get("quantity"),
                price=self._price(line.get("price")),
                reference=line.get("reference"),
            )
        except DataError:
            return self._skip("unusable")

    def _buyer(self, line: Mapping[str, Any]) -> str | None:
        user = line.get("user")
        if user is not None:
            return f"user:{user}"
        email = line.get("email")
        return self._email_key(email) if email and email.strip() else None

    def _skip(self, reason: str) -> None:
        self.skipped[reason] += 1


def store_lines(rows: Sequence[InteractionRow]) -> int:
    """Store rows of order lines, in place of what signals said about them before."""
    stored = insert_rows(rows)
    replace_provisional(rows)
    return stored


def replace_provisional(rows: Sequence[InteractionRow]) -> None:
    """Delete the provisional rows that these rows of order lines replace."""
    provisional = PROVISIONAL.using(our_alias())
    if not provisional.exists():
        return
    by_kind: dict[str, list[str]] = {}
    for kind, event_id in provisional_ids(rows):
        by_kind.setdefault(kind, []).append(event_id)
    for kind, event_ids in by_kind.items():
        for chunk in chunks(event_ids, KEYS_PER_QUERY):
            provisional.filter(kind=kind, event_id__in=chunk).delete()


def record_lines(source: PurchaseSource, keys: Sequence[Any], *, now: datetime) -> None:
    """Store the lines with these primary keys that count as bought."""
    reader = PurchaseReader(source, now)
    for chunk in chunks(keys, KEYS_PER_QUERY):
        store_lines(reader.rows(source.lines(pk__in=chunk)))


def record_by_reference(row: InteractionRow) -> bool:
    """Store the order lines that a purchase told by a signal is about.

    `row` names the order by its reference. False where the shop has no such line
    (yet): the order may be written later, or be paid later.
    """
    matching = []
    for source in purchase_sources():
        lookup = source.lookups.get("reference")
        if lookup is None:
            continue
        reader = PurchaseReader(source, row.recorded_at)
        try:
            lines = source.lines(**{lookup: row.reference})
        except ValueError:  # text where that shop numbers its orders
            continue
        matching += [
            found
            for found in reader.rows(lines)
            if (found.kind, found.item_id) == (row.kind, row.item_id)
        ]
    store_lines(matching)
    return bool(matching)
