"""The one place with SQL per database: insert rows, leave out those that exist.

`bulk_create(ignore_conflicts=True)` does the same at a sixth of the speed, because it
builds an instance and a savepoint for what is a tuple here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connections, transaction

from django_recsys.database.alias import our_alias
from django_recsys.models import Erasure, Interaction, hash_of

from .rows import InteractionRow

ROWS_PER_TRANSACTION = 10_000
PLACES = "VALUES (" + ", ".join(["%s"] * len(InteractionRow._fields)) + ")"


def insert_rows(rows: Iterable[InteractionRow]) -> int:
    """Store the rows whose kind and event id are new; return how many were.

    What an erased visitor did before the erasure stays away, whoever tells of it.
    One transaction per ten thousand rows: a writer of the shop waits a fraction of a
    second at most, and indexes are not rewritten too often.
    """
    alias = our_alias()
    stored = 0
    remaining = without_erased(rows)
    while batch := list(islice(remaining, ROWS_PER_TRANSACTION)):
        with transaction.atomic(using=alias):
            stored += insert_batch(alias, batch)
    return stored


def without_erased(rows: Iterable[InteractionRow]) -> Iterator[InteractionRow]:
    """Yield the rows but those from before their visitor's erasure."""
    hashed = lru_cache(maxsize=8192)(hash_of)
    moments: dict[str, datetime] | None = None
    for row in rows:
        if moments is None:
            moments = Erasure.objects.db_manager(our_alias()).moments()
        erased_at = moments.get(hashed(row.visitor_key)) if moments else None
        if erased_at is None or row.occurred_at > erased_at:
            yield row


@contextmanager
def large_cache() -> Iterator[None]:
    """Let SQLite keep 64 MB of pages meanwhile: its 2 MB hold no index of a million."""
    connection = connections[our_alias()]
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        (before,) = cursor.fetchone()
        cursor.execute("PRAGMA cache_size = -64000")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {before:d}")


def insert_row(row: InteractionRow) -> None:
    """Store one row by one statement, unless its event is stored already."""
    alias = our_alias()
    with connections[alias].cursor() as cursor:
        cursor.execute(statement(alias, PLACES, is_strict=True), adapter(alias)(row))


def insert_batch(alias: str, batch: Sequence[InteractionRow]) -> int:
    """Write one batch inside the caller's transaction; return how many were new."""
    adapted = list(map(adapter(alias), batch))
    with connections[alias].cursor() as cursor:
        if connections[alias].vendor == "postgresql":
            # One array a column: twice as fast as a statement a row.
            columns = [list(column) for column in zip(*adapted, strict=True)]
            cursor.execute(statement(alias, arrays(alias)), columns)
        else:
            cursor.executemany(statement(alias, PLACES), adapted)
        return max(int(cursor.rowcount), 0)


def arrays(alias: str) -> str:
    """Return the rows of PostgreSQL's INSERT, given one array of each column."""
    types = (
        Interaction._meta.get_field(name).db_type(connections[alias]) or ""
        for name in InteractionRow._fields
    )
    # Without lengths: a cast to varchar(191) would cut text instead of refusing it.
    casts = ", ".join(f"%s::{name.partition('(')[0]}[]" for name in types)
    return "SELECT * FROM unnest(" + casts + ")"  # noqa: S608


def statement(alias: str, source: str, *, is_strict: bool = False) -> str:
    """Return the INSERT of one database; `source` gives the rows."""
    connection = connections[alias]
    quote = connection.ops.quote_name
    table = quote(Interaction._meta.db_table)
    columns = ", ".join(map(quote, InteractionRow._fields))
    into = f"INTO {table} ({columns}) {source}"
    if connection.vendor == "mysql":
        if is_strict:
            return f"INSERT {into} ON DUPLICATE KEY UPDATE id = id"
        # Only IGNORE tells how many rows were new. It would also cut long text; the
        # makers of rows have checked every length.
        return f"INSERT IGNORE {into}"
    return f"INSERT {into} ON CONFLICT DO NOTHING"


def adapter(alias: str) -> Callable[[InteractionRow], tuple[Any, ...]]:
    """Return the function that turns a row into parameters of one database."""
    operations = connections[alias].ops
    # Lines of an order share their moment, and all share the one of the recording.
    as_moment = lru_cache(maxsize=1024)(operations.adapt_datetimefield_value)
    price = Interaction._meta.get_field("price")
    as_price = lru_cache(maxsize=8192)(
        lambda value: operations.adapt_decimalfield_value(
            value, price.max_digits, price.decimal_places
        )
    )

    def adapt(row: InteractionRow) -> tuple[Any, ...]:
        return (
            *row[:4],
            as_moment(row.occurred_at),
            as_moment(row.recorded_at),
            row.quantity,
            row.value,
            None if row.price is None else as_price(row.price),
            row.reference,
        )

    return adapt


def chunks(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Cut a stream into lists of at most `size`."""
    remaining = iter(values)
    while chunk := list(islice(remaining, size)):
        yield chunk
