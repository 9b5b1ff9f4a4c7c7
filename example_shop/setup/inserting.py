"""Writing a million rows in seconds: ``executemany``, and indexes at the end."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import numpy as np
from django.db import connection
from django.db.models import Model

ROWS_AT_ONCE = 50_000


def insert(model: type[Model], columns: str, rows: Iterable[tuple]) -> None:
    """Insert tuples into the named columns, without model instances or signals."""
    names = columns.split()
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    places = ", ".join(["%s"] * len(names))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({quoted}) VALUES ({places})"  # noqa: S608
    rows = iter(rows)
    with connection.cursor() as cursor:
        while page := list(islice(rows, ROWS_AT_ONCE)):
            cursor.executemany(statement, page)


def rows_of(*columns: np.ndarray) -> Iterator[tuple]:
    """Yield the rows of arrays as Python values, a page at a time in memory."""
    for at in range(0, len(columns[0]), ROWS_AT_ONCE):
        page = slice(at, at + ROWS_AT_ONCE)
        yield from zip(*(column[page].tolist() for column in columns), strict=True)


@contextmanager
def without_indexes(model: type[Model]) -> Iterator[None]:
    """Drop the model's named indexes, and build them again afterwards."""
    indexes = model._meta.indexes
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.remove_index(model, index)
    yield
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.add_index(model, index)
