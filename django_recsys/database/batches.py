"""Change many rows in small transactions, beside a running shop."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.models import QuerySet

from .alias import our_alias

ROWS_PER_TRANSACTION = 100
"""Some hundred kilobytes of lists: a few milliseconds of SQLite's write lock."""
ROWS_PER_SERVER_TRANSACTION = 1000
"""On servers, where other connections do not wait for rows that they do not touch."""
LONGEST_PAUSE_SECONDS = 0.25


def delete_in_batches(rows: QuerySet[Any]) -> int:
    """Delete rows of ours, some at a time; return how many there were."""
    alias = our_alias()
    size = rows_per_transaction(alias)
    # Where a router reads from a replica, that would name deleted rows for a while.
    keys = rows.using(alias).order_by().values_list("pk", flat=True)
    any_row = rows.model._base_manager.using(alias)
    deleted = 0
    while batch := list(keys[:size]):
        with fair_transaction(alias):
            removed, _per_model = any_row.filter(pk__in=batch).delete()
        deleted += removed
    return deleted


def rows_per_transaction(alias: str) -> int:
    """Return how many rows are written at once."""
    return ROWS_PER_TRANSACTION if is_sqlite(alias) else ROWS_PER_SERVER_TRANSACTION


def is_sqlite(alias: str) -> bool:
    """Say whether all who write wait for one lock."""
    return connections[alias].vendor == "sqlite"


@contextmanager
def fair_transaction(alias: str) -> Iterator[None]:
    """Hold a transaction; in SQLite, pause then as long as it took.

    It has one writer and does not queue those who wait: without the pause this
    process would take the lock again before the shop's next poll of it. Inside a
    transaction that is already open the lock is kept, so there is no pause.
    """
    began = time.perf_counter()
    with transaction.atomic(using=alias):
        yield
    if is_sqlite(alias) and not connections[alias].in_atomic_block:
        time.sleep(min(time.perf_counter() - began, LONGEST_PAUSE_SECONDS))
