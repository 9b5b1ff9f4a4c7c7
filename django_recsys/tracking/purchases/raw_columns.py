"""Reads columns of the host as the driver gives them, and converts each value once.

Django converts every value of every row. Lines of one order share their moment, and
prices repeat, so that converting distinct values only makes reading a third faster.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import connections
from django.db.models import ExpressionWrapper, F, Field, Model, TextField
from django.db.models.expressions import Col

Converter = Callable[[Any], Any]
DISTINCT_VALUES = 8192


def field_at_end(model: type[Model], path: str) -> Field[Any, Any] | None:
    """Return the plain column that a lookup ends at; None for anything else."""
    current: Any = model
    found: Any = None
    for part in path.split("__"):
        try:
            found = current._meta.get_field(part)
        except (FieldDoesNotExist, AttributeError):
            return None
        current = found.related_model
    return found if isinstance(found, Field) and not found.is_relation else None


def raw(path: str) -> Any:
    """Return the expression that gives a column unconverted."""
    # To every backend text is what the driver gives.
    return ExpressionWrapper(F(path), output_field=TextField())


def converter_of(field: Field[Any, Any], alias: str) -> Converter:
    """Return the function from a driver's value to the one that Django would give."""
    connection = connections[alias]
    column = Col("", field)
    steps = [
        *connection.ops.get_db_converters(column),
        *column.get_db_converters(connection),
    ]

    def convert(value: Any) -> Any:
        for step in steps:
            value = step(value, column, connection)
        return value

    return lru_cache(maxsize=DISTINCT_VALUES)(convert)
