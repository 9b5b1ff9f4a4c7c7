"""Reads records from CSV, JSON lines and Parquet, one at a time."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django_recsys.exceptions import DataError, MissingExtraError

Record = tuple[int, Mapping[str, Any] | DataError]
"""The number of a line, from 1, and what stands there or why it cannot be read."""

FORMATS = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}


def read_records(path: Path, file_format: str | None = None) -> Iterator[Record]:
    """Open a file by its format, which its ending tells unless it is given."""
    file_format = file_format or FORMATS.get(path.suffix.lower())
    readers: dict[str, Callable[[Path], Iterator[Record]]] = {
        "csv": read_csv,
        "jsonl": read_json_lines,
        "parquet": read_parquet,
    }
    if file_format not in readers:
        raise DataError(
            f"{path.name}: the ending tells no format. Name one of "
            f"{', '.join(sorted(readers))}."
        )
    return readers[file_format](path)


def read_csv(path: Path) -> Iterator[Record]:
    """Read CSV with a header; a line number counts from the header, which is 1."""
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as lines:
        reader = csv.DictReader(lines, restval=None, restkey="")
        check_columns(path, reader.fieldnames or ())
        while True:
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield reader.line_num, DataError(f"not readable as CSV: {error}.")
                continue
            if "" in record:
                yield reader.line_num, DataError("more values than columns.")
            else:
                yield reader.line_num, record


def read_json_lines(path: Path) -> Iterator[Record]:
    """Read one JSON object a line; empty lines are passed over."""
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                yield number, DataError(f"not readable as JSON: {error}.")
                continue
            if isinstance(record, dict):
                yield number, record
            else:
                yield number, DataError("no JSON object.")


def read_parquet(path: Path) -> Iterator[Record]:
    """Read Parquet in batches; a line number is a row number from 1."""
    try:
        from .parquet import read_batches
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("pyarrow"):
            raise
        raise MissingExtraError(
            "Parquet needs pyarrow: pip install 'django-recsys[parquet]'"
        ) from error
    number = 0
    for columns, batch in read_batches(path):
        check_columns(path, columns)
        for record in batch:
            number += 1
            yield number, record


def check_columns(path: Path, columns: Any) -> None:
    """Refuse a file that cannot hold interactions."""
    has_user = {"user", "visitor_key", "email"} & set(columns)
    if not has_user or "item" not in columns:
        raise DataError(
            f"{path.name} needs the columns user and item; it has "
            f"{', '.join(columns) or 'none'}."
        )
