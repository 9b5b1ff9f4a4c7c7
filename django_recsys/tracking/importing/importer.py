"""Imports interactions from a file: streamed, repeatable, bad lines reported."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django_recsys.catalog import get_catalog
from django_recsys.conf import get_settings
from django_recsys.exceptions import DataError
from django_recsys.learning import Record, read_records
from django_recsys.tracking.bulk_insert import chunks, insert_rows, large_cache
from django_recsys.tracking.dry_run import DryRun
from django_recsys.tracking.reports import ImportReport
from django_recsys.tracking.rows import InteractionRow, as_number

from .accounts import AccountCheck
from .records import COLUMNS, MOMENTS, RecordReader, first

LINES_PER_PAGE = 10_000
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
        self.accounts = AccountCheck()
        self.has_times: bool | None = None
        """Whether the lines have times; the first one tells."""

    def rows(self, records: Iterable[Record]) -> Iterator[InteractionRow]:
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
            self.accounts.add(row.visitor_key)
            self.counts["older_than_retention"] += row.occurred_at < self.oldest
            yield row

    def row(self, record: Mapping[str, Any] | DataError) -> InteractionRow:
        """Return the row of one line; raises `DataError` with the reason."""
        if isinstance(record, DataError):
            raise record
        order = moment = None
        is_dated = self.is_dated(record)
        if not is_dated:
            order = as_number("position", record.get("position"))
            order = self.counts["read"] if order is None else order
            # Not added before it is known to be small: a timedelta ends at 10**9 days.
            most = UNDATED_FROM.total_seconds()
            seconds = max(min(order, most), -most)
            moment = self.now - UNDATED_FROM + timedelta(seconds=seconds)
        row = self.reader.row(record, moment=moment, order=order)
        if self.known_items is not None and row.item_id not in self.known_items:
            raise DataError(f"item {row.item_id!r} is not in the catalogue.")
        self.counts["undated"] += not is_dated
        return row

    def is_dated(self, record: Mapping[str, Any]) -> bool:
        """Say whether a line has a time; raises `DataError` where others differ."""
        is_dated = first(record, MOMENTS) is not None
        if not is_dated and (self.has_times or any(name in record for name in MOMENTS)):
            raise DataError(
                "timestamp is missing: fill it, or leave out the column where no time "
                "is known."
            )
        if is_dated and self.has_times is False:
            raise DataError("timestamp is known here, but not of the lines before.")
        self.has_times = is_dated
        return is_dated

    def report(self, stored: int, *, is_dry_run: bool) -> ImportReport:
        """Return the counts."""
        usable = self.kinds.total()
        return ImportReport(
            **self.counts,
            recorded=stored,
            already_recorded=usable - stored,
            unknown_users=self.accounts.count_unknown(),
            kinds=dict(self.kinds),
            is_dry_run=is_dry_run,
        )


def import_interactions(
    path: Path,
    *,
    now: datetime,
    file_format: str | None = None,
    encoding: str | None = None,
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

    A dry run takes the same steps, up to the INSERT.

    Raises `DataError` for a file that cannot be read at all, `MissingExtraError` for
    Parquet without pyarrow.
    """
    known_items = None
    if known_items_only:
        known_items = frozenset(item.item_id for item in get_catalog().records())
    run = Import(
        now=now, kind=kind, known_items=known_items, reject=reject, progress=progress
    )
    records = read_records(
        path,
        columns=COLUMNS,
        check_columns=partial(check_columns, path),
        file_format=file_format,
        encoding=encoding,
    )
    rows = run.rows(records)
    with large_cache():
        if dry_run:
            count_new = DryRun().count_new
            stored = sum(count_new(page) for page in chunks(rows, LINES_PER_PAGE))
        else:
            stored = insert_rows(rows)
    return run.report(stored, is_dry_run=dry_run)


def check_columns(path: Path, columns: Sequence[str]) -> None:
    """Refuse a file that cannot hold interactions."""
    has_user = {"user", "visitor_key", "email"} & set(columns)
    if not has_user or "item" not in columns:
        raise DataError(
            f"{path.name} needs the columns user and item; it has "
            f"{', '.join(columns) or 'none'}."
        )
