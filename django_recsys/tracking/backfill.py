"""Brings what the shop already knows into our table: all of it, or what we missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django_recsys.conf import get_settings
from django_recsys.models import Interaction

from .bulk import chunks
from .deferring import our_alias
from .history import store_history
from .purchases import KEYS_PER_QUERY, LINE_KINDS, PurchaseReader, store_lines
from .reports import BackfillReport
from .rows import InteractionRow
from .sources import PurchaseSource, purchase_sources

LINES_PER_PAGE = 5000

Progress = Callable[[int], None]
"""Called with the number of lines read so far."""


def backfill(
    *, now: datetime, dry_run: bool = False, progress: Progress | None = None
) -> BackfillReport:
    """Store all past purchases of PURCHASES, and HISTORY, that are not stored yet.

    Can be interrupted and repeated. Raises `ConfigurationError` where the settings
    cannot be followed.
    """
    counts: Counter[str] = Counter()
    for source in purchase_sources():
        reader = PurchaseReader(source, now)
        for page in pages(source):
            rows = reader.rows_of_values(page)
            new = count_new(rows) if dry_run else store_lines(rows)
            counts += count_page(len(page), rows, new)
            if progress is not None:
                progress(counts["read"])
        counts += reader.skipped
    counts += store_history(now=now, dry_run=dry_run)
    return BackfillReport(**counts, is_dry_run=dry_run)


def catch_up(*, now: datetime, days: int | None = None) -> BackfillReport:
    """Store the purchases of the last CATCH_UP_DAYS that no signal told us of.

    It keeps no watermark: an order that was made long ago and paid today, and lines
    written by `bulk_create` or `update()`, are found. Where nothing is missing only
    keys are read and compared.
    """
    since = now - timedelta(days=get_settings().CATCH_UP_DAYS if days is None else days)
    counts: Counter[str] = Counter()
    for source in purchase_sources():
        missing, known = compare_keys(source, since)
        counts.update(read=len(missing) + known, already_recorded=known)
        reader = PurchaseReader(source, now)
        for keys in chunks(missing, KEYS_PER_QUERY):
            rows = reader.rows(source.lines(pk__in=keys))
            counts += count_page(0, rows, store_lines(rows))
        counts += reader.skipped
    return BackfillReport(**counts)


def pages(source: PurchaseSource) -> Iterator[list[dict[str, Any]]]:
    """Yield all lines of a source in the order of their keys, a few thousand at a time.

    Each page is a query of its own. A cursor held open would keep one snapshot: SQLite
    refuses to write behind it once somebody else has written, and MySQL's client
    fetches everything at once.
    """
    lines = source.lines().order_by("pk")
    page = list(source.values(lines[:LINES_PER_PAGE]))
    while page:
        yield page
        lines_after = lines.filter(pk__gt=page[-1]["pk"])
        page = list(source.values(lines_after[:LINES_PER_PAGE]))


def compare_keys(source: PurchaseSource, since: datetime) -> tuple[list[Any], int]:
    """Return the primary keys of lines that are not stored, and how many are."""
    recent = source.lines(**{f"{source.lookups['at']}__gte": since}).order_by()
    keys = recent.values_list("pk", source.lookups["line"])
    missing: list[Any] = []
    known = 0
    for chunk in chunks(keys.iterator(chunk_size=2000), KEYS_PER_QUERY):
        stored = stored_events([source.event_id(line) for _key, line in chunk])
        absent = [key for key, line in chunk if source.event_id(line) not in stored]
        missing += absent
        known += len(chunk) - len(absent)
    return missing, known


def stored_events(event_ids: Sequence[str]) -> set[str]:
    """Return those of the event ids that a purchase or a return is stored under."""
    stored = Interaction.objects.using(our_alias()).filter(
        kind__in=LINE_KINDS, event_id__in=event_ids
    )
    return set(stored.values_list("event_id", flat=True))


def count_new(rows: Sequence[InteractionRow]) -> int:
    """Count the rows that are not stored yet."""
    return sum(
        len(chunk) - len(stored_events([row.event_id or "" for row in chunk]))
        for chunk in chunks(rows, KEYS_PER_QUERY)
    )


def count_page(read: int, rows: Sequence[InteractionRow], new: int) -> Counter[str]:
    """Return the counts of one page of lines."""
    return Counter(
        read=read,
        recorded=new,
        already_recorded=len(rows) - new,
        returns=sum(row.kind == Interaction.Kind.RETURN for row in rows),
    )
