"""Parquet through pyarrow: the only place that imports it."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from django_recsys.learning.exceptions import DataError

ROWS_PER_BATCH = 10_000


def read_columns(
    path: Path, requested: Collection[str]
) -> dict[str, Sequence[Any] | np.ndarray]:
    """Return the requested columns that the file has; numbers as arrays if complete."""
    try:
        names = _names(path, pq.read_schema(path).names, requested)
        table = pq.read_table(path, columns=names)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path} is no Parquet file: {error}") from error
    return {name: _values(table[name]) for name in names}


def read_batches(
    path: Path, requested: Collection[str], check_columns: Any
) -> Iterator[list[dict[str, Any]]]:
    """Yield batches of records with the requested columns, never the whole file."""
    try:
        with pq.ParquetFile(path) as file:
            header = file.schema_arrow.names
            check_columns(header)
            names = _names(path, header, requested)
            for batch in file.iter_batches(ROWS_PER_BATCH, columns=names):
                columns = [_python_values(batch.column(name)) for name in names]
                yield [
                    dict(zip(names, row, strict=True))
                    for row in zip(*columns, strict=True)
                ]
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise DataError(f"{path.name} is no Parquet file: {error}") from error


def _names(path: Path, header: Sequence[str], requested: Collection[str]) -> list[str]:
    names = [name for name in header if name in requested]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{path.name}: the column {twice[0]!r} stands twice in it.")
    return names


def _values(column: pa.ChunkedArray) -> Sequence[Any] | np.ndarray:
    is_number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    if is_number and not column.null_count:
        values: np.ndarray = column.to_numpy()
        return values
    return [value for chunk in column.chunks for value in _python_values(chunk)]


def _python_values(column: Any) -> list[Any]:
    """Return the values of an array; what Python cannot hold as text or bytes."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        # Python's moments have microseconds; without pandas nanoseconds would raise.
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        return [_python_value(value) for value in column]
    return values


def _python_value(value: Any) -> Any:
    try:
        return value.as_py()
    except UnicodeDecodeError:
        return value.as_buffer().to_pybytes()
    except (ValueError, OverflowError, pa.ArrowException):
        return f"{value.value} {value.type}"
