"""Single values as files and programs give them: ids, numbers, moments.

Every reader asks here, so that a value means the same, or is refused with the same
sentence, whichever road it takes.
"""

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from .exceptions import DataError

NO_ID = frozenset(
    ["nan", "NaN", "NAN", "null", "Null", "NULL", "None", "NONE", "undefined"]
    + ["\\N", "<NA>", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "NaT", "-nan"]
)
"""How programs write that there is no value; a text of exactly this is no id."""

WHOLE_FLOAT = re.compile(r"([+-]?\d+)\.0+")
ROUNDED = re.compile(r"[+-]?\d([.,]\d+)?[eE]\+\d+")
"""What a spreadsheet shows of a long number, whose last digits are gone."""

NO_KEYS = (date, time, complex, Iterable)
"""Types whose text is no key; texts and bytes are asked about before."""

LARGEST_WHOLE_FLOAT = 2.0**53
LARGEST_NUMBER = 1e12
"""Weights are float32: sums of squares of larger numbers would overflow."""
SMALLEST_QUANTITY = 1e-6

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Every database stores these years, in every time zone."""
SPREADSHEET_DAYS = (30_000, 70_000)
"""The years 1982 to 2091, counted in days as spreadsheets do."""
FIRST_MILLISECONDS = 1e11
"""Of seconds this is the year 5138, of milliseconds 1973."""
COMPACT_DATES = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}

LONGEST_SHOWN = 60


def shown(value: Any) -> str:
    """Return a value as a short text for a sentence, whatever it is."""
    try:
        text = repr(value)
    except Exception:
        text = f"a value of {type(value).__name__}"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def known(value: Any) -> Any:
    """Return the value; None for what means nothing in files and data frames."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, Decimal):  # comparing a signalling NaN raises
        return None if value.is_nan() else value
    try:
        return None if value != value else value
    except (TypeError, ValueError, ArithmeticError):  # arrays, for one
        return value


def is_bool(value: Any) -> bool:
    """Say whether this is True or False, also where numpy says it."""
    return type(value).__name__ in ("bool", "bool_")


def as_text(name: str, value: str) -> str:
    """Return the text; raises DataError where not every database stores it."""
    if "\x00" in value:
        raise DataError(f"{name} holds a NUL character: {shown(value)}.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise DataError(
            f"{name} holds half a character (a lone surrogate): {shown(value)}."
        ) from None
    return value


def key_text(name: str, value: Any) -> str:
    """Return the text of a key that a program gives: whole numbers, texts, UUIDs.

    Raises DataError for what only looks like a key once it is written as text.
    """
    if isinstance(value, str):
        return as_text(name, value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return as_text(name, _decoded(name, bytes(value)))
    if known(value) is None:
        raise DataError(f"{name} is missing.")
    if (
        is_bool(value)
        or isinstance(value, NO_KEYS)
        or "__repr__" not in _own_names(value)
    ):
        raise DataError(f"{name} is {shown(value)}, which is no id.")
    if isinstance(value, (Real, Decimal)):
        return _digits(name, value)
    return as_text(name, str(value))


def _decoded(name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise DataError(f"{name} is {shown(value)}: bytes that are no UTF-8.") from None


def _own_names(value: Any) -> set[str]:
    """Return what the classes of a value define, `object` left out."""
    classes = type(value).__mro__[:-1]
    return {name for each in classes for name in vars(each)}


def _digits(name: str, value: Any) -> str:
    """Return the digits of a number, also where a data frame made a float of it."""
    try:
        if isinstance(value, Integral):
            return str(int(value))
        number = float(value)
    except (ValueError, ArithmeticError):  # a number of 5,000 digits
        number = math.inf
    if not (number.is_integer() and abs(number) <= LARGEST_WHOLE_FLOAT):
        raise DataError(f"{name} is {shown(value)}: an id is a text or whole number.")
    return str(int(number))


def as_id(name: str, value: Any) -> str:
    """Return an id as a file has it; raises DataError for what is none.

    "1.0" is the 1 that a spreadsheet or a data frame made a float of.
    """
    text = key_text(name, value).strip()
    if not text:
        raise DataError(f"{name} is missing.")
    if "\n" in text or "\r" in text:
        raise DataError(f"{name} is {shown(text)}: an id has no line break.")
    if text in NO_ID:
        raise DataError(f"{name} is {shown(text)}, which is no id.")
    if ROUNDED.fullmatch(text):
        raise DataError(
            f"{name} is {shown(text)}, a number that a spreadsheet has rounded: write "
            "the column as text."
        )
    whole = WHOLE_FLOAT.fullmatch(text)
    return text if whole is None else whole[1].lstrip("+")


def as_number(name: str, value: Any) -> float:
    """Return a finite number that sums do not overflow with; raises DataError."""
    try:
        if is_bool(value):
            raise TypeError
        number = float(value)
    except OverflowError:
        number = math.inf
    except (TypeError, ValueError):
        raise DataError(f"{name} is {shown(value)}, which is no number.") from None
    if not math.isfinite(number):
        raise DataError(f"{name} is {shown(value)}: give a finite number.")
    if abs(number) > LARGEST_NUMBER:
        raise DataError(
            f"{name} is {shown(value)}: give a number up to {LARGEST_NUMBER:g}."
        )
    return number


def as_quantity(value: Any) -> float:
    """Return how many; below zero what came back. Raises DataError for none at all."""
    number = as_number("quantity", value)
    if number == 0:
        raise DataError("quantity is 0: nothing happened.")
    if abs(number) < SMALLEST_QUANTITY:
        raise DataError(
            f"quantity is {shown(value)}: give at least {SMALLEST_QUANTITY:g}."
        )
    return number


def as_moment(value: Any) -> datetime:
    """Return a moment, aware or naive as it was given; raises DataError.

    Takes a datetime, a date (its midnight), Unix seconds or ISO 8601 text.
    """
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time.min)
    else:
        moment = _written_moment(value)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise DataError(
            f"timestamp is {shown(value)}: give a date of the years {FIRST_YEAR} to "
            f"{LAST_YEAR}."
        )
    return moment


def as_seconds(value: Any) -> float:
    """Return a moment as Unix seconds; without a time zone it is UTC."""
    moment = as_moment(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _written_moment(value: Any) -> datetime:
    try:
        if is_bool(value):
            raise TypeError
        seconds = float(value)
    except OverflowError:
        seconds = math.inf
    except (TypeError, ValueError):
        return _iso_moment(value)
    check_seconds(seconds, value)
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.min  # the caller says which years are taken


def check_seconds(seconds: float, value: Any) -> None:
    """Raise DataError for numbers that are no Unix seconds, saying what they may be."""
    start = f"timestamp is {shown(value)}"
    if not math.isfinite(seconds):
        raise DataError(f"{start}: give Unix seconds.")
    if _is_compact_date(seconds):
        raise DataError(
            f"{start}, a date without hyphens: write it as ISO 8601, as in 2026-01-31."
        )
    if SPREADSHEET_DAYS[0] <= seconds < SPREADSHEET_DAYS[1]:
        raise DataError(
            f"{start}, as spreadsheets count days: write it as ISO 8601, as in "
            "2026-01-31."
        )
    if abs(seconds) >= FIRST_MILLISECONDS:
        raise DataError(
            f"{start}: milliseconds, or finer? Give Unix seconds (divide by 1000)."
        )


def _is_compact_date(seconds: float) -> bool:
    digits = str(int(seconds)) if abs(seconds) < 1e15 else ""
    form = COMPACT_DATES.get(len(digits))
    if form is None:
        return False
    try:
        moment = datetime.strptime(digits, form)
    except ValueError:
        return False
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def _iso_moment(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(value).strip())
    except (ValueError, OverflowError):
        raise DataError(
            f"timestamp is {shown(value)}: give Unix seconds or ISO 8601, as in "
            "2026-01-31T12:00:00Z."
        ) from None
