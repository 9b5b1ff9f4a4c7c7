"""Brings what the shop already knows into our table: all of it, or what we missed."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django_recsys.conf import get_settings
from django_recsys.database.alias import our_alias
from django_recsys.models import Interaction
from django_recsys.resilience.log_once import logger
from django_recsys.tracking.bulk_insert import chunks, insert_rows, large_cache
from django_recsys.tracking.dry_run import DryRun
from django_recsys.tracking.importing.history import HistoryReader, Reject
from django_recsys.tracking.reports import BackfillReport
from django_recsys.tracking.rows import InteractionRow

from .reader import KEYS_PER_QUERY, LINE_KINDS, Line, PurchaseReader, store_lines
from .sources import NAMES, PurchaseSource, purchase_sources

LINES_PER_PAGE = 10_000
PK = NAMES.index("pk")

Progress = Callable[[int], None]
"""Called with the number of lines read so far."""


class Tally:
    """The counts of a run, page by page."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.progress = progress
        self.counts: Counter[str] = Counter()
        self.moments: list[datetime] = []
        """The earliest and the latest of the usable rows."""

    def add(self, rows: Sequence[InteractionRow], new: int, *, read: int = 0) -> None:
        """Count the usable rows of so many lines, of which `new` were not stored."""
        self.counts.update(read=read, recorded=new, already_recorded=len(rows) - new)
        self.counts["returns"] += sum(
            row.kind == Interaction.Kind.RETURN for row in rows
        )
        moments = self.moments + [row.occurred_at for row in rows]
        self.moments = [min(moments), max(moments)] if moments else []
        if self.progress is not None:
            self.progress(self.counts["read"])

    def report(self, *, is_dry_run: bool = False) -> BackfillReport:
        """Return the counts."""
        earliest, latest = self.moments or (None, None)
        return BackfillReport(
            **self.counts, earliest=earliest, latest=latest, is_dry_run=is_dry_run
        )


def backfill(
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
    reject: Reject | None = None,
) -> BackfillReport:
    """Store all past purchases of PURCHASES, and HISTORY, that are not stored yet.

    Can be interrupted and repeated. A dry run takes the same steps, up to the INSERT.
    `reject` is called with the place of each line that cannot be stored, and the
    reason. Raises `ConfigurationError` where the settings
    cannot be followed.
    """
    tally, count_new = Tally(progress), DryRun().count_new
    with large_cache():
        for source in purchase_sources():
            reader = PurchaseReader(source, now, reject)
            for page in pages(source):
                rows = reader.rows_of(page)
                new = count_new(rows) if dry_run else store_lines(rows)
                tally.add(rows, new, read=len(page))
            tally.counts += reader.skipped
        history = HistoryReader(now, reject)
        for rows in chunks(history.rows(), LINES_PER_PAGE):
            new = count_new(rows) if dry_run else insert_rows(rows)
            tally.add(rows, new, read=len(rows))
        tally.counts += history.unusable
        tally.counts["unknown_users"] = history.accounts.count_unknown()
    return tally.report(is_dry_run=dry_run)


def catch_up(*, now: datetime, days: int | None = None) -> BackfillReport:
    """Store the purchases of the last CATCH_UP_DAYS that no signal announced.

    It keeps no watermark: an order that was made long ago and paid today, and lines
    written by `bulk_create` or `update()`, are found. Where nothing is missing only
    keys are read and compared. Without `days` HISTORY is read again, too.
    """
    since = now - timedelta(days=get_settings().CATCH_UP_DAYS if days is None else days)
    tally = Tally()
    for source in purchase_sources():
        missing, known = compare_keys(source, since)
        tally.counts.update(read=len(missing) + known, already_recorded=known)
        reader = PurchaseReader(source, now)
        for keys in chunks(missing, KEYS_PER_QUERY):
            rows = reader.rows(source.lines(pk__in=keys))
            tally.add(rows, store_lines(rows))
        tally.counts += reader.skipped
    if days is None:
        catch_up_history(tally, since, now)
    return tally.report()


def catch_up_history(tally: Tally, since: datetime, now: datetime) -> None:
    """Store what HISTORY tells of the time since; its failure stops nothing else."""
    history = HistoryReader(now)
    try:
        recent = (row for row in history.rows() if row.occurred_at >= since)
        for rows in chunks(recent, LINES_PER_PAGE):
            tally.add(rows, insert_rows(rows), read=len(rows))
    except Exception:
        logger.exception("RECSYS['HISTORY'] failed; the tick goes on without it.")
    tally.counts += Counter(unusable=history.unusable["unusable"])


def pages(source: PurchaseSource) -> Iterator[list[Line]]:
    """Yield all lines of a source in the order of their keys, a few thousand at a time.

    Each page is a query of its own. A cursor held open would keep one snapshot: SQLite
    refuses to write behind it once somebody else has written, and MySQL's client
    fetches everything at once.

    A page lies between two keys and has no LIMIT: where `where` leads over a join,
    MariaDB would read and sort the whole history for a first page with a LIMIT.
    """
    lines = source.lines().order_by("pk")
    keys = source.model._default_manager.order_by("pk").values_list("pk", flat=True)
    after: dict[str, Any] = {}
    while True:
        last = keys.filter(**after)[LINES_PER_PAGE - 1 : LINES_PER_PAGE].first()
        until = {} if last is None else {"pk__lte": last}
        if page := list(source.values(lines.filter(**after, **until))):
            yield page
        if last is None:
            return
        after = {"pk__gt": last}


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
