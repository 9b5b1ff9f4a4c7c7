"""The only module of this room that imports pyarrow."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pyarrow import ArrowInvalid
from pyarrow.parquet import ParquetFile

from django_recsys.exceptions import DataError

ROWS_PER_BATCH = 10_000


def read_batches(path: Path) -> Iterator[tuple[Sequence[str], list[dict[str, Any]]]]:
    """Yield the names of the columns with a batch of records, never the whole file."""
    try:
        file = ParquetFile(path)
    except ArrowInvalid as error:
        raise DataError(f"{path.name} is no Parquet file: {error}") from error
    with file:
        for batch in file.iter_batches(batch_size=ROWS_PER_BATCH):
            yield file.schema_arrow.names, batch.to_pylist()
