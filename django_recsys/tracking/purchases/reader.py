"""Turns the shop's own order lines into rows: one reader for every road.

The backfill, the live hook, the catch-up and a host's signal all read lines here, and
so give one purchase the same key.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from django.db.models import QuerySet

from django_recsys.catalog import get_catalog
from django_recsys.conf import get_settings
from django_recsys.database.alias import our_alias
from django_recsys.database.deadline import within_deadline
from django_recsys.exceptions import DataError
from django_recsys.models import Interaction
from django_recsys.tracking.bulk_insert import chunks, insert_rows
from django_recsys.tracking.identity.visitors import email_key
from django_recsys.tracking.rows import (
    InteractionRow,
    as_account_key,
    as_key,
    as_moment,
    as_price,
    as_quantity,
    as_reference,
    provisional_ids,
)

from .raw_columns import DISTINCT_VALUES, converter_of
from .sources import NAMES, PurchaseSource, purchase_sources

PURCHASE = Interaction.Kind.PURCHASE.value
RETURN = Interaction.Kind.RETURN.value
LINE_KINDS = (PURCHASE, RETURN)
"""What a line of an order can be stored as."""

PROVISIONAL = Interaction.objects.filter(
    kind__in=LINE_KINDS,
    # The range lets the index answer; it is wider than the prefix, since databases
    # differ in how they sort punctuation.
    event_id__gte="ref",
    event_id__lt="reg",
    event_id__startswith="ref:",
)
"""Purchases announced by a signal whose order line is not stored yet."""

KEYS_PER_QUERY = 500
ITEM = NAMES.index("item")


UNREADABLE = (ArithmeticError, AttributeError, TypeError, ValueError)
"""What a value leads to that is none of ours: `DataError`, or the driver's converters
where a column holds what its type forbids."""

Reject = Callable[[str, str], None]
"""Called with which line cannot be stored, and the reason."""

Line = tuple[Any, ...]
"""What `PurchaseSource.values` gives of one line."""


class PurchaseReader:
    """Reads the lines of one source, and counts those that cannot be used and why."""

    def __init__(
        self, source: PurchaseSource, now: datetime, reject: Reject | None = None
    ) -> None:
        self.reject = reject
        self.source = source
        self.now = now
        self.oldest = as_moment(now) - timedelta(days=get_settings().RETENTION_DAYS)
        self.skipped: Counter[str] = Counter()
        self._item_ids: dict[Any, str] = {}
        # Lines of one order share most values: each is converted and checked once.
        self._moment = self._once("at", as_moment)
        self._price = self._once("price", as_price)
        self._reference = lru_cache(maxsize=4096)(as_reference)
        self._account_key = lru_cache(maxsize=4096)(as_account_key)
        self._email_key = lru_cache(maxsize=4096)(email_key)

    def rows(self, lines: QuerySet[Any]) -> list[InteractionRow]:
        """Return the rows of these lines, without those that cannot be used."""
        return self.rows_of(list(self.source.values(lines)))

    def rows_of(self, lines: Sequence[Line]) -> list[InteractionRow]:
        """Return the rows of lines that are read already."""
        unknown = {line[ITEM] for line in lines} - self._item_ids.keys() - {None}
        if unknown:
            found = get_catalog().canonical_ids(self.source.item_model, unknown)
            self._item_ids |= {
                key: item for key, item in found.items() if is_key("item", item)
            }
        return [row for line in lines if (row := self._row(line)) is not None]

    def _once(self, name: str, convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
        field = self.source.raw_field(name)
        if field is None:
            return lru_cache(maxsize=DISTINCT_VALUES)(convert)
        read = converter_of(field, self.source.lines().db)
        return lru_cache(maxsize=DISTINCT_VALUES)(lambda value: convert(read(value)))

    def _row(self, line: Line) -> InteractionRow | None:
        """Return the row of one line; this runs a million times in a backfill."""
        _pk, item, at, user, email, reference, key, quantity, price = line
        item_id = self._item_ids.get(item)
        if item_id is None:
            return self._skip("without_item")
        try:
            occurred_at = self._moment(at)
        except UNREADABLE as error:
            return self._skip("bad_date", line, error)
        if occurred_at < self.oldest:
            return self._skip("older_than_retention")
        if quantity == 0:
            return self._skip("without_quantity")
        try:
            visitor_key = self._buyer(user, email)
            if visitor_key is None:
                return self._skip("without_buyer")
            amount = as_quantity(quantity)
            return InteractionRow(
                visitor_key,
                item_id,
                PURCHASE if amount > 0 else RETURN,
                as_key("line", self.source.event_id(key)),
                occurred_at,
                self.now,
                abs(amount),
                None,
                self._price(price),
                self._reference(reference),
            )
        except UNREADABLE as error:
            return self._skip("unusable", line, error)

    def _buyer(self, user: Any, email: str | None) -> str | None:
        if user is not None:
            return self._account_key(user)
        return self._email_key(email) if email and not email.isspace() else None

    def _skip(
        self, reason: str, line: Line = (), error: Exception | None = None
    ) -> None:
        self.skipped[reason] += 1
        if error is not None and self.reject is not None:
            where = f"{self.source.model._meta.label} {line[0]}"
            self.reject(where, str(error) or type(error).__name__)


def is_key(name: str, value: Any) -> bool:
    """Say whether a value is a key that can be stored."""
    try:
        as_key(name, value)
    except DataError:
        return False
    return True


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


def record_lines(
    source: PurchaseSource, keys: Sequence[Any], *, now: datetime
) -> set[str]:
    """Store the lines with these primary keys that count as bought; return whose."""
    reader = PurchaseReader(source, now)
    buyers: set[str] = set()
    for chunk in chunks(keys, KEYS_PER_QUERY):
        rows = list(reader.rows(source.lines(pk__in=chunk)))
        within_deadline(partial(store_lines, rows))
        buyers.update(row.visitor_key for row in rows)
    return buyers


def record_by_reference(row: InteractionRow) -> bool:
    """Store the order lines of a purchase that a signal announced.

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
    if matching:
        within_deadline(partial(store_lines, matching))
    return bool(matching)
