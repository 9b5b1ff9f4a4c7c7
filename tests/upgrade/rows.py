"""Rows as JSON that any database takes, and back."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction

Table = dict[str, Any]
"""`columns`: names of attributes; `rows`: a list of values for each row."""


def dump(model: type[models.Model]) -> Table:
    """Return all rows of a model in the order of their keys; bytes become base64."""
    fields = model._meta.concrete_fields
    return {
        "columns": [field.attname for field in fields],
        "rows": [
            [portable(field, row) for field in fields]
            for row in model._default_manager.order_by("pk")
        ],
    }


def portable(field: models.Field, row: models.Model) -> Any:
    value = field.value_from_object(row)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return field.value_to_string(row)


def load(
    tables: Iterable[tuple[type[models.Model], Table]], *, later: timedelta
) -> None:
    """Insert the rows, each moment moved by `later`; no signal is sent.

    What a shop did yesterday was yesterday for the tests too, however old the file is.
    """
    tables = list(tables)
    with transaction.atomic(), connection.constraint_checks_disabled():
        for model, table in tables:
            rows = [row_of(model, table, values, later) for values in table["rows"]]
            model._default_manager.bulk_create(rows, batch_size=100)
    connection.check_constraints()
    # The next row gets a key behind those that were given.
    resets = connection.ops.sequence_reset_sql(no_style(), [m for m, _ in tables])
    with connection.cursor() as cursor:
        for statement in resets:
            cursor.execute(statement)


def row_of(
    model: type[models.Model], table: Table, values: list[Any], later: timedelta
) -> models.Model:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    row = {}
    for name, value in zip(table["columns"], values, strict=True):
        row[name] = fields[name].to_python(value)
        if isinstance(fields[name], models.DateTimeField) and value is not None:
            row[name] += later
    return model(**row)
