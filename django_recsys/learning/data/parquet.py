"""Parquet through pyarrow: the only place that imports it."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from django_recsys.learning.exceptions import DataError


def read_columns(
    path: Path, requested: Collection[str]
) -> dict[str, Sequence[Any] | np.ndarray]:
    """Return the requested columns that the file has; numbers as arrays if complete."""
    try:
        names = [name for name in pq.read_schema(path).names if name in requested]
        table = pq.read_table(path, columns=names)
    except pa.ArrowInvalid as error:
        raise DataError(f"{path} is no Parquet file: {error}") from error
    return {name: _values(table[name]) for name in names}


def _values(column: pa.ChunkedArray) -> Sequence[Any] | np.ndarray:
    is_number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    if is_number and not column.null_count:
        values: np.ndarray = column.to_numpy()
        return values
    result: list[Any] = column.to_pylist()
    return result
