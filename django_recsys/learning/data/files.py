"""Interactions and items from CSV and Parquet files."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from django_recsys.learning.exceptions import DataError, MissingExtraError

from .edges import Edges
from .interactions import Interactions

Values = Sequence[Any] | np.ndarray
Columns = dict[str, Values]

NUMBERS = ("timestamp", "position", "weight", "quantity", "price")
TEXTS = ("user", "item", "kind", "split", "basket")
EDGE_ENDS = (("source", "target"), ("user", "friend"))
ITEM_TEXTS = ("item", "title", "category", "brand", "description", "vector")
FILLED = ("user", "item", "kind", "source", "target", "friend")
SPLITS = ("train", "test")


@dataclass(frozen=True, eq=False, kw_only=True)
class InteractionTable:
    """A file of interactions."""

    interactions: Interactions
    is_test: np.ndarray | None
    """(n_interactions,) bool where the file has a column ``split``."""


def read_interactions(path: Path) -> InteractionTable:
    """Return the rows of a file with ``user`` and ``item`` and any known column.

    ``timestamp`` (Unix seconds) or ``position`` orders them, else the row order. A
    ``quantity`` multiplies the weight, except of ratings. Raises DataError naming
    file, line and column.
    """
    columns = _read(path, texts=TEXTS, numbers=NUMBERS)
    for name in ("user", "item"):
        if name not in columns:
            raise DataError(f"{path}: there is no column {name!r}.")
    order = columns.get("timestamp", columns.get("position"))
    interactions = Interactions.from_arrays(
        columns["user"],
        columns["item"],
        weights=_amounts(columns),
        timestamps=order,
        kinds=columns.get("kind"),
        baskets=columns.get("basket"),
        has_times="timestamp" in columns,
    )
    return InteractionTable(interactions=interactions, is_test=_is_test(path, columns))


def read_items(path: Path) -> Columns:
    """Return the columns of a file with ``item``; raises as read_interactions does."""
    columns = _read(path, texts=ITEM_TEXTS, numbers=("price",))
    if "item" not in columns:
        raise DataError(f"{path}: there is no column 'item'.")
    return columns


def read_edges(path: Path) -> Edges:
    """Return the rows of a file with ``source`` and ``target``, and any ``weight``.

    ``user`` and ``friend`` are accepted as well. Raises as read_interactions does.
    """
    names = [name for pair in EDGE_ENDS for name in pair]
    columns = _read(path, texts=names, numbers=("weight",))
    for source, target in EDGE_ENDS:
        if source in columns and target in columns:
            try:
                return Edges.from_arrays(
                    columns[source], columns[target], columns.get("weight")
                )
            except DataError as error:
                raise DataError(f"{path}: {error}") from error
    raise DataError(f"{path}: there are no columns 'source' and 'target'.")


def categories_of(items: Columns, interactions: Interactions) -> np.ndarray | None:
    """Return (n_items,) int: the first category of each item, -1 where unknown.

    None where the file has no categories.
    """
    if "category" not in items:
        return None
    first = [str(each or "").split("|")[0] for each in items["category"]]
    names = {name: code for code, name in enumerate(sorted(set(first) - {""}))}
    result = np.full(len(interactions.items), -1, dtype=np.int32)
    positions = interactions.items.indices(map(str, items["item"]))
    codes = np.array([names.get(each, -1) for each in first], dtype=np.int32)
    result[positions[positions >= 0]] = codes[positions >= 0]
    return result


def _amounts(columns: Columns) -> np.ndarray | None:
    if "quantity" not in columns:
        return None if "weight" not in columns else np.asarray(columns["weight"])
    quantity = np.abs(np.asarray(columns["quantity"], dtype=np.float64))
    weight = np.asarray(columns.get("weight", np.ones(len(quantity))), dtype=np.float64)
    if "kind" not in columns:
        return quantity * weight
    is_rating = np.array([each == "rating" for each in columns["kind"]])
    return np.where(is_rating, weight, quantity * weight)


def _is_test(path: Path, columns: Columns) -> np.ndarray | None:
    if "split" not in columns:
        return None
    splits = np.array([str(each) for each in columns["split"]])
    bad = np.flatnonzero(~np.isin(splits, SPLITS))
    if len(bad):
        raise DataError(
            f"{path}: row {bad[0] + 1}, column 'split': "
            f"{str(splits[bad[0]])!r} is neither 'train' nor 'test'."
        )
    is_test: np.ndarray = splits == "test"
    return is_test


def _read(path: Path, *, texts: Sequence[str], numbers: Sequence[str]) -> Columns:
    if not path.is_file():
        raise DataError(f"There is no file {path}.")
    read: Callable[..., Columns] = (
        _read_parquet if path.suffix == ".parquet" else _read_csv
    )
    columns = read(path, texts=texts, numbers=numbers)
    if not len(next(iter(columns.values()), ())):
        raise DataError(f"{path}: there are no rows.")
    return columns


def _read_csv(path: Path, *, texts: Sequence[str], numbers: Sequence[str]) -> Columns:
    try:
        header, rows, lines = _read_lines(path)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is no CSV file in UTF-8: {error}.") from error
    names = [name for name in header if name in {*texts, *numbers}]
    columns: Columns = {
        name: [row[header.index(name)] for row in rows] for name in names
    }
    for name in names:
        if name in numbers:
            columns[name] = _numbers(path, name, columns[name], lines)
        elif name in FILLED:
            _check_filled(path, name, columns[name], lines)
    return columns


def _read_lines(path: Path) -> tuple[list[str], list[list[str]], list[int]]:
    """Return the header, the rows, and the line on which each row ends."""
    rows, lines = [], []
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        for row in reader:
            if len(row) != len(header):
                raise DataError(
                    f"{path}: line {reader.line_num} has {len(row)} fields, "
                    f"the header has {len(header)}."
                )
            rows.append(row)
            lines.append(reader.line_num)
    return header, rows, lines


def _numbers(path: Path, name: str, values: Values, lines: Sequence[int]) -> np.ndarray:
    try:
        numbers = np.array(values, dtype=np.float64)
    except ValueError:
        numbers = np.array([_number(each) for each in values])
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad) and name != "price":
        raise DataError(
            f"{path}: line {lines[bad[0]]}, column {name!r}: "
            f"{values[bad[0]]!r} is not a finite number."
        )
    return numbers


def _number(value: Any) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _check_filled(path: Path, name: str, values: Values, lines: Sequence[int]) -> None:
    for line, value in zip(lines, values, strict=True):
        if value is None or value == "":
            raise DataError(f"{path}: line {line}, column {name!r}: is empty.")


def _read_parquet(
    path: Path, *, texts: Sequence[str], numbers: Sequence[str]
) -> Columns:
    try:
        from .parquet import read_columns
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":
            raise
        raise MissingExtraError(
            "Parquet needs: pip install 'django-recsys[parquet]'"
        ) from error
    columns = read_columns(path, {*texts, *numbers})
    for name, values in columns.items():
        rows = range(1, len(values) + 1)
        if name in numbers:
            columns[name] = _numbers(path, name, values, rows)
        elif name in FILLED and not isinstance(values, np.ndarray):
            _check_filled(path, name, values, rows)
    return columns
