"""Interactions and items from CSV, JSON lines and Parquet files, as columns."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from django_recsys.learning.exceptions import DataError
from django_recsys.learning.values import (
    FIRST_YEAR,
    LARGEST_NUMBER,
    LAST_YEAR,
    SMALLEST_QUANTITY,
    SPREADSHEET_DAYS,
    as_id,
    as_number,
    as_quantity,
    as_seconds,
    known,
)

from .edges import Edges
from .interactions import Interactions
from .records import format_of, parquet, read_records

Values = Sequence[Any] | np.ndarray
Columns = dict[str, Values]

MOMENTS = ("occurred_at", "timestamp", "at")
"""Names of the column of times; the first that a file has counts."""
EDGE_ENDS = (("source", "target"), ("user", "friend"))
ITEM_TEXTS = ("item", "title", "category", "brand", "description", "vector")
SPLITS = ("train", "test")
PLAIN_SECONDS = 2.2e9
"""Less on either side of 1970 is of a year that is taken."""
PURCHASE, RETURN = "purchase", "return"


def _filled(name: str, value: Any) -> str:
    if known(value) is None:
        raise DataError(f"{name} is missing.")
    return str(value).strip()


def _seconds(_name: str, value: Any) -> float:
    if known(value) is None:
        raise DataError(
            "timestamp is missing: fill it, or leave out the column where no time is "
            "known."
        )
    return as_seconds(value)


def _one_unless_known(name: str, value: Any) -> float:
    value = known(value)
    if value is None:
        return 1.0
    return as_quantity(value) if name == "quantity" else as_number(name, value)


def _place(name: str, value: Any) -> float:
    if known(value) is None:
        raise DataError("position is missing.")
    return as_number(name, value)


def _number_or_nan(_name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def _id_or_none(name: str, value: Any) -> str | None:
    return None if known(value) is None else as_id(name, value)


def _as_it_is(_name: str, value: Any) -> Any:
    return value


Convert = Callable[[str, Any], Any]
"""From the name of a column and a value to what the engine works with."""

INTERACTIONS: Mapping[str, Convert] = {
    "user": as_id,
    "item": as_id,
    "kind": _filled,
    "basket": _id_or_none,
    "split": _as_it_is,
    "position": _place,
    "weight": _one_unless_known,
    "quantity": _one_unless_known,
    **dict.fromkeys(MOMENTS, _seconds),
}
ITEMS: Mapping[str, Convert] = {
    **dict.fromkeys(ITEM_TEXTS, _as_it_is),
    "item": as_id,
    "price": _number_or_nan,
}
EDGES: Mapping[str, Convert] = {
    **{name: as_id for pair in EDGE_ENDS for name in pair},
    "weight": _one_unless_known,
}


@dataclass(frozen=True, eq=False, kw_only=True)
class InteractionTable:
    """A file of interactions."""

    interactions: Interactions
    is_test: np.ndarray | None
    """(n_interactions,) bool where the file has a column ``split``."""


def read_interactions(path: Path, *, encoding: str | None = None) -> InteractionTable:
    """Return the rows of a file with ``user`` and ``item`` and any known column.

    ``timestamp`` (Unix seconds or ISO 8601) or ``position`` orders them, else the row
    order. A ``quantity`` multiplies the weight, except of ratings; a purchase of a
    negative quantity is a return. Raises DataError naming file, line and column.
    """
    columns = _read(path, INTERACTIONS, encoding)
    for name in ("user", "item"):
        if name not in columns:
            raise DataError(f"{path}: there is no column {name!r}.")
    times = next((columns[name] for name in MOMENTS if name in columns), None)
    interactions = Interactions.from_arrays(
        columns["user"],
        columns["item"],
        weights=_amounts(columns),
        timestamps=columns.get("position") if times is None else times,
        kinds=_kinds(columns),
        baskets=_baskets(columns),
        has_times=times is not None,
    )
    return InteractionTable(interactions=interactions, is_test=_is_test(path, columns))


def read_items(path: Path, *, encoding: str | None = None) -> Columns:
    """Return the columns of a file with ``item``; raises as read_interactions does."""
    columns = _read(path, ITEMS, encoding)
    if "item" not in columns:
        raise DataError(f"{path}: there is no column 'item'.")
    return columns


def read_edges(path: Path, *, encoding: str | None = None) -> Edges:
    """Return the rows of a file with ``source`` and ``target``, and any ``weight``.

    ``user`` and ``friend`` are accepted as well. Raises as read_interactions does.
    """
    columns = _read(path, EDGES, encoding)
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


def _kinds(columns: Columns) -> Values | None:
    """Return the kinds, of which purchases with a negative quantity are returns."""
    kinds = columns.get("kind")
    quantity = np.asarray(columns.get("quantity", ()), dtype=np.float64)
    if not np.any(quantity < 0):
        return kinds
    if kinds is None:
        return np.where(quantity < 0, RETURN, PURCHASE)
    kinds = np.asarray(kinds, dtype=np.str_).astype(object)
    kinds[(quantity < 0) & (kinds == PURCHASE)] = RETURN
    return list(kinds)


def _baskets(columns: Columns) -> Values | None:
    """Return the baskets; a row that names none is one of its own."""
    if "basket" not in columns:
        return None
    return [
        f"no basket, row {row}" if value is None else value
        for row, value in enumerate(columns["basket"])
    ]


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


def _read(path: Path, wanted: Mapping[str, Convert], encoding: str | None) -> Columns:
    if not path.is_file():
        raise DataError(f"There is no file {path}.")
    if format_of(path) == "parquet":
        columns: Columns = parquet().read_columns(path, wanted)
        lines: Sequence[int] = range(1, 1 + len(next(iter(columns.values()), ())))
    else:
        columns, lines = _read_lines(path, wanted, encoding)
    if not lines:
        raise DataError(f"{path}: there are no rows.")
    return {
        name: _converted(path, name, values, lines, wanted[name])
        for name, values in columns.items()
    }


def _read_lines(
    path: Path, wanted: Mapping[str, Convert], encoding: str | None
) -> tuple[Columns, list[int]]:
    """Return the columns of a text file, and the line on which each row ends."""
    header: list[str] = []
    records, lines = [], []
    found = read_records(
        path, columns=wanted, check_columns=header.extend, encoding=encoding
    )
    names = [name for name in header if name in wanted]
    for line, record in found:
        if isinstance(record, DataError):
            raise DataError(f"{path}: line {line}: {record}")
        records.append(record)
        lines.append(line)
    # JSON lines have no header: what any line has is a column.
    seen = {name for record in records for name in record}
    names = [name for name in wanted if name in seen or name in header]
    return {name: [each.get(name) for each in records] for name in names}, lines


def _converted(
    path: Path, name: str, values: Values, lines: Sequence[int], convert: Convert
) -> Values:
    """Return the values as the engine works with them, each distinct one read once."""
    if isinstance(values, np.ndarray):
        if _is_clean(name, values, convert):
            return values
        values = values.tolist()
    if convert is _as_it_is:
        return values
    read: dict[Any, Any] = {}
    result = []
    for line, value in zip(lines, values, strict=True):
        # 1, 1.0 and True are one key of a dictionary, and not one value here.
        key = (type(value), value) if isinstance(value, Hashable) else None
        if key is None or key not in read:
            try:
                read[key] = convert(name, value)
            except DataError as error:
                message = f"{path}: line {line}, column {name!r}: {error}"
                raise DataError(message) from None
        result.append(read[key])
    is_number = bool(result) and isinstance(result[0], float)
    return np.array(result) if is_number else result


def _is_clean(name: str, values: np.ndarray, convert: Convert) -> bool:
    """Say whether a column of numbers needs no look at each: most need none."""
    if convert is as_id:
        return values.dtype.kind in "iu"
    if convert is _number_or_nan:
        return True
    size = np.abs(values.astype(np.float64))
    if convert is _seconds:
        return bool(np.all(_is_plain_seconds(values)))
    least = SMALLEST_QUANTITY if name == "quantity" else 0
    return convert is not _filled and bool(
        np.all((size >= least) & (size <= LARGEST_NUMBER))
    )


def _is_plain_seconds(numbers: np.ndarray) -> np.ndarray:
    """Return (n,) bool: False where ``as_seconds`` has to look at the number itself."""
    days, size = SPREADSHEET_DAYS, np.abs(numbers.astype(np.float64))
    may_be_date = (size >= FIRST_YEAR * 10_000) & (size < (LAST_YEAR + 1) * 10_000)
    is_day = (size >= days[0]) & (size < days[1])
    plain: np.ndarray = (size < PLAIN_SECONDS) & ~may_be_date & ~is_day
    return plain
