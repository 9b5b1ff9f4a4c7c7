"""Imports interactions from a file: streamed, repeatable, bad lines reported."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django_recsys.catalog import get_catalog
from django_recsys.conf import get_settings
from django_recsys.exceptions import DataError
from django_recsys.tracking.bulk_insert import insert_rows, large_cache
from django_recsys.tracking.reports import ImportReport
from django_recsys.tracking.rows import InteractionRow, as_number

from .files import read_records
from .records import MOMENTS, RecordReader, first, known

UNDATED_FROM = timedelta(days=30)
"""A file without times is dated from this long before the import, a second a place."""

Reject = Callable[[int, str], None]
"""Called with the number of a bad line and the reason."""


class Import:
    """One run over one file, with its counts."""

    def __init__(
        self,
        *,
        now: datetime,
        kind: str | None = None,
        known_items: frozenset[str] | None = None,
        reject: Reject | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self.now = now
        self.reader = RecordReader(now=now, kind=kind)
        self.known_items = known_items
        self.reject = reject
        self.progress = progress
        self.oldest = now - timedelta(days=get_settings().RETENTION_DAYS)
        self.counts: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()

    def rows(
        self, records: Iterable[tuple[int, Mapping[str, Any] | DataError]]
    ) -> Iterator[InteractionRow]:
        """Yield the rows of usable lines; count and report the others."""
        for number, record in records:
            self.counts["read"] += 1
            if self.progress is not None and self.counts["read"] % 10_000 == 0:
                self.progress(self.counts["read"])
            try:
                row = self.row(record)
            except DataError as error:
                self.counts["rejected"] += 1
                if self.reject is not None:
                    self.reject(number, str(error))
                continue
            self.kinds[row.kind] += 1
            self.counts["older_than_retention"] += row.occurred_at < self.oldest
            yield row

    def row(self, record: Mapping[str, Any] | DataError) -> InteractionRow:
        """Return the row of one line; raises `DataError` with the reason."""
        if isinstance(record, DataError):
            raise record
        order = moment = None
        is_dated = first(record, MOMENTS) is not None
        if not is_dated:
            order = as_number("position", known(record.get("position")))
            order = self.counts["read"] if order is None else order
            start = self.now - UNDATED_FROM
            moment = min(start + timedelta(seconds=order), self.now)
        row = self.reader.row(record, moment=moment, order=order)
        if self.known_items is not None and row.item_id not in self.known_items:
            raise DataError(f"item {row.item_id!r} is not in the catalogue.")
        self.counts["undated"] += not is_dated
        return row

    def report(self, stored: int, *, is_dry_run: bool) -> ImportReport:
        """Return the counts."""
        usable = self.kinds.total()
        return ImportReport(
            **self.counts,
            recorded=stored,
            already_recorded=usable - stored,
            kinds=dict(self.kinds),
            is_dry_run=is_dry_run,
        )


def import_interactions(
    path: Path,
    *,
    now: datetime,
    file_format: str | None = None,
    kind: str | None = None,
    known_items_only: bool = False,
    dry_run: bool = False,
    reject: Reject | None = None,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Store the interactions of a CSV, JSON lines or Parquet file.

    Columns: `user` and `item`; where known `timestamp` or `position`, `kind`, `value`
    (or `weight`), `quantity`, `price`, `reference`, `event_id`. A second run adds
    nothing: a line's key is made of its content and its occurrence in the file. Lines
    of any age are stored. Items need not be in the catalogue unless
    `known_items_only`; trainings leave unknown ones out.

    Raises `DataError` for a file that cannot be read at all, `MissingExtraError` for
    Parquet without pyarrow.
    """
    known_items = None
    if known_items_only:
        known_items = frozenset(item.item_id for item in get_catalog().records())
    run = Import(
        now=now, kind=kind, known_items=known_items, reject=reject, progress=progress
    )
    rows = run.rows(read_records(path, file_format))
    with large_cache():
        stored = sum(1 for _row in rows) if dry_run else insert_rows(rows)
    return run.report(stored, is_dry_run=dry_run)
