"""Records of CSV, JSON lines and Parquet files, one at a time: the one reader."""

import codecs
import csv
import json
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from django_recsys.learning.exceptions import DataError, MissingExtraError

Record = tuple[int, Mapping[str, Any] | DataError]
"""The number of a line, from 1, and what stands there or why it cannot be read."""

CheckColumns = Callable[[Sequence[str]], None]
"""Raises DataError where a file with these columns is of no use."""

FORMATS = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
BOMS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""The longer ones first: one begins like the other."""
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
BYTES_AT_ONCE = 1 << 20


def format_of(path: Path, file_format: str | None = None) -> str:
    """Return "csv", "jsonl" or "parquet": as given, else what the ending tells."""
    found = file_format or FORMATS.get(path.suffix.lower(), "")
    if found not in FORMATS.values():
        raise DataError(
            f"{path.name}: the ending tells no format. Name one of "
            f"{', '.join(sorted(set(FORMATS.values())))}."
        )
    return found


def read_records(
    path: Path,
    *,
    columns: Collection[str],
    check_columns: CheckColumns,
    file_format: str | None = None,
    encoding: str | None = None,
) -> Iterator[Record]:
    """Yield the lines of a file with those of ``columns`` that it has.

    A line that cannot be read is a DataError in its place. Raises DataError for a file
    that cannot be read at all, before its first line: the wrong encoding, too.
    """
    found = format_of(path, file_format)
    if found == "parquet":
        yield from _parquet_records(path, columns, check_columns)
        return
    encoding = check_encoding(path, encoding)
    with path.open(newline="", encoding=encoding) as lines:
        if found == "csv":
            yield from _csv_records(path, lines, columns, check_columns)
        else:
            yield from _json_records(path, lines)


def _csv_records(
    path: Path, lines: TextIO, columns: Collection[str], check_columns: CheckColumns
) -> Iterator[Record]:
    """Yield the rows after the header, which is line 1; a short row has blanks."""
    physical = _Lines(lines)
    reader = csv.reader(physical)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise DataError(f"{path.name}: the header is no CSV: {error}.") from error
    _check_header(path, header, columns)
    check_columns(header)
    kept = [(place, name) for place, name in enumerate(header) if name in columns]
    while True:
        physical.taken.clear()
        try:
            row = next(reader)
            reason = "more values than columns." if len(row) > len(header) else ""
        except StopIteration:
            return
        except csv.Error as error:
            row, reason = [], f"not readable as CSV: {error}."
        if len(physical.taken) > 1 and len(row) != len(header):
            # A quote that nobody closed: the lines behind it are read for themselves.
            physical.give_back(physical.taken[1:])
            reader = csv.reader(physical)
            reason = "a quotation mark opens here and is not closed."
        if reason:
            yield physical.number, DataError(reason)
        elif row:
            row += [""] * (len(header) - len(row))
            yield physical.number, {name: row[place] for place, name in kept}


class _Lines:
    """The lines of a file, some of which can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.number = 0
        """How many lines were taken and not given back."""
        self.taken: list[str] = []
        self._lines = lines
        self._waiting: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.taken.append(line)
        self.number += 1
        return line

    def give_back(self, lines: Sequence[str]) -> None:
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)


def _check_header(path: Path, header: Sequence[str], columns: Collection[str]) -> None:
    twice = [n for n, count in Counter(header).items() if count > 1 and n in columns]
    if twice:
        raise DataError(
            f"{path.name}: the column {twice[0]!r} stands twice in the header: name "
            "one of them otherwise."
        )
    for separator, name in OTHER_SEPARATORS.items():
        for field in header if not set(header) & set(columns) else ():
            parts = {part.strip().strip('"') for part in field.split(separator)}
            if len(parts) > 1 and parts & set(columns):
                raise DataError(
                    f"{path.name} separates values by {name}: save it with commas "
                    "(and decimal points)."
                )


def _json_records(path: Path, lines: TextIO) -> Iterator[Record]:
    """Yield one JSON object a line; empty lines are passed over."""
    is_first = True
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if is_first and line.lstrip().startswith("["):
            raise DataError(
                f"{path.name} is one JSON array: write one object a line, as "
                "`jq -c '.[]'` does."
            )
        is_first = False
        try:
            record = json.loads(line)
        except ValueError as error:
            yield number, DataError(f"not readable as JSON: {error}.")
        except RecursionError:
            yield number, DataError("not readable as JSON: nested too deeply.")
        else:
            is_object = isinstance(record, dict)
            yield number, record if is_object else DataError("no JSON object.")


def _parquet_records(
    path: Path, columns: Collection[str], check_columns: CheckColumns
) -> Iterator[Record]:
    number = 0
    for batch in parquet().read_batches(path, columns, check_columns):
        for record in batch:
            number += 1
            yield number, record


def parquet() -> Any:
    """Return the module that reads Parquet; raises MissingExtraError without it."""
    try:
        from . import parquet as module
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("pyarrow"):
            raise
        raise MissingExtraError(
            "Parquet needs pyarrow: pip install 'django-recsys[parquet]'"
        ) from error
    return module


def check_encoding(path: Path, encoding: str | None) -> str:
    """Return the name under which the whole text can be decoded.

    UTF-8 unless given, and UTF-16 where the file says so itself. Raises DataError with
    the line that cannot be decoded: read with replacements, two names become one.
    """
    if encoding is not None:
        try:
            codecs.lookup(encoding)
            "".encode(encoding)
        except LookupError as error:
            raise DataError(f"--encoding: {error}.") from None
    if not path.is_file():
        return encoding or "utf-8-sig"
    with path.open("rb") as file:
        head = file.read(4096)
    if encoding is None:
        found = [name for bom, name in BOMS.items() if head.startswith(bom)]
        encoding = found[0] if found else "utf-8-sig"
        if not found and head.count(0) * 4 > len(head):
            raise DataError(
                f"{path.name} is no UTF-8: every second byte is 0, as in UTF-16. Give "
                "--encoding utf-16-le (or utf-16-be), or save it as UTF-8."
            )
    _check_decodes(path, encoding)
    return encoding


def _check_decodes(path: Path, encoding: str) -> None:
    line = 1
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while True:
            part = file.read(BYTES_AT_ONCE)
            try:
                line += decoder.decode(part, final=not part).count("\n")
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                name = "UTF-8" if encoding == "utf-8-sig" else encoding
                raise DataError(
                    f"{path.name} is no {name}: line {line} holds "
                    f"{error.object[error.start : error.end]!r}. Name the encoding by "
                    "--encoding, as in --encoding cp1252, or save the file as UTF-8."
                ) from None
            if not part:
                return
