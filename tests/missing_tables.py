"""A table that a database no longer finds, without DDL, which commits on MariaDB."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model


@contextmanager
def without_table(model: type[Model]) -> Iterator[None]:
    """Let each statement of this connection that names a model's table ask another one.

    The error is the database's own, so PostgreSQL's transaction is broken as it would
    be. MariaDB commits before an ALTER TABLE, which would leave a test's rows behind.
    """
    quote = connection.ops.quote_name
    table, gone = quote(model._meta.db_table), quote("recsys_gone")

    def send(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        return execute(sql.replace(table, gone), *arguments)

    with connection.execute_wrapper(send):
        yield
