"""One interaction on its way into the table, with every value checked."""

import math
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from django_recsys.exceptions import DataError
from django_recsys.models import Interaction, account_key, is_visitor_key

KINDS = frozenset(Interaction.Kind.values)
KEY_LENGTH = 191
WEB_EVENT = "web:"
LARGEST_PRICE = Decimal(10) ** 10


class InteractionRow(NamedTuple):
    """The columns of `Interaction`, in the order in which they are written."""

    visitor_key: str
    item_id: str
    kind: str
    event_id: str | None
    occurred_at: datetime
    recorded_at: datetime
    quantity: float
    value: float | None
    price: Decimal | None
    reference: str


def make_row(
    *,
    visitor_key: str,
    item_id: str,
    kind: str,
    occurred_at: Any,
    recorded_at: datetime,
    quantity: Any = 1,
    value: Any = None,
    price: Any = None,
    event_id: str | None = None,
    reference: Any = "",
) -> InteractionRow:
    """Check the values and return the row.

    A negative quantity of a purchase is a return. Raises `DataError`, a `ValueError`
    that names the value and the way out.
    """
    amount = as_quantity(quantity)
    if amount < 0 and kind == Interaction.Kind.PURCHASE:
        kind = Interaction.Kind.RETURN.value
    stars = as_number("value", value)
    check_kind(kind, stars)
    return InteractionRow(
        as_key("visitor_key", visitor_key),
        as_key("item_id", item_id),
        str(kind),
        as_key("event_id", event_id) if event_id is not None else None,
        as_moment(occurred_at),
        recorded_at,
        abs(amount),
        stars,
        as_price(price),
        as_reference(reference),
    )


def check_kind(kind: Any, value: float | None) -> None:
    """Refuse an unknown kind, and a rating without its stars."""
    if kind not in KINDS:
        raise DataError(f"kind is {kind!r}: use one of {', '.join(sorted(KINDS))}.")
    if kind == Interaction.Kind.RATING and value is None:
        raise DataError("value is missing: a rating needs its stars, as in value=4.")


def as_key(name: str, value: Any) -> str:
    """Return a text key that fits its column."""
    text = str(value).strip()
    if not text:
        raise DataError(f"{name} is empty.")
    if len(text) > KEY_LENGTH:
        raise DataError(
            f"{name} has {len(text)} characters, at most {KEY_LENGTH} are stored: "
            f"{text[:40]!r}..."
        )
    if "\x00" in text:
        raise DataError(f"{name} holds a NUL character: {text[:40]!r}.")
    return text


def as_reference(value: Any) -> str:
    """Return the number of an order; "" where it has none."""
    return "" if value is None or value == "" else as_key("reference", value)


def as_account_key(primary_key: Any) -> str:
    """Return the visitor key of an account."""
    return as_key("user", account_key(primary_key))


def as_number(name: str, value: Any) -> float | None:
    """Return a finite number, None for nothing."""
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise DataError(f"{name} is {value!r}, which is no number.") from None
    if not math.isfinite(number):
        raise DataError(f"{name} is {value!r}: give a finite number.")
    return number


def as_quantity(value: Any) -> float:
    """Return how many; one where nothing is said."""
    number = as_number("quantity", value)
    if number == 0:
        raise DataError("quantity is 0: nothing happened.")
    return 1.0 if number is None else number


def as_price(value: Any) -> Decimal | None:
    """Return the price of one, None where it is not known."""
    if value is None or value == "":
        return None
    try:
        price = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise DataError(f"price is {value!r}, which is no number.") from None
    if price.is_nan():  # what a column of numbers says where it knows nothing
        return None
    if abs(price) >= LARGEST_PRICE:
        raise DataError(f"price is {value!r}: at most ten digits are stored.")
    return price


def as_moment(value: Any) -> datetime:
    """Return a moment as this project stores it.

    Takes a datetime, a date (its midnight), Unix seconds or ISO 8601 text; without
    a time zone it is the project's own.
    """
    moment = parse_moment(value)
    if settings.USE_TZ:
        return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


def parse_moment(value: Any) -> datetime:
    """Read a moment, aware or naive as it was given."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time.min)
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return parse_text(value)
    try:
        return datetime.fromtimestamp(seconds, tz=timezone.get_default_timezone())
    except (OverflowError, OSError, ValueError):
        raise DataError(f"timestamp is {value!r}: give Unix seconds.") from None


def parse_text(value: Any) -> datetime:
    """Read ISO 8601 text."""
    try:
        return datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise DataError(
            f"timestamp is {value!r}: give Unix seconds or ISO 8601, as in "
            "2026-01-31T12:00:00Z."
        ) from None


def as_visitor_key(user: Any) -> str:
    """Return the visitor key of a user column: a primary key, or a key already."""
    text = as_key("user", user)
    return text if is_visitor_key(text) else account_key(text)


def web_event(visitor_key: str, event_id: str) -> str:
    """Return the key of an event that a browser numbered.

    It names the visitor, so that nobody uses up the ids of another.
    """
    return f"{WEB_EVENT}{visitor_key}:{event_id}"


def provisional_id(reference: str, item_id: str) -> str:
    """Return the event id of a purchase whose order line is not known (yet)."""
    text = f"ref:{reference}:{item_id}"
    if len(text) <= KEY_LENGTH:
        return text
    return f"ref:{sha256(text.encode()).hexdigest()}"


def provisional_ids(rows: Iterable[InteractionRow]) -> set[tuple[str, str]]:
    """Return kind and event id of the provisional rows that these rows replace."""
    return {
        (row.kind, provisional_id(row.reference, row.item_id))
        for row in rows
        if row.reference
    }
