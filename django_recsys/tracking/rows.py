"""One interaction on its way into the table, with every value checked.

What a column takes is said here and in the engine's `learning.data.values`, and nowhere
else: importer, backfill, live hook, API and dry runs refuse the same values, which are
those that one of the databases would refuse, change or never give back.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Context, Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from django_recsys.exceptions import DataError
from django_recsys.learning import (
    as_id,
    as_moment as parse_moment,
    as_number as finite_number,
    as_quantity as quantity_of,
    key_text,
    known,
    shown,
)
from django_recsys.models import Interaction, account_key, is_visitor_key

KINDS = frozenset(Interaction.Kind.values)
KEY_LENGTH = 191
WEB_EVENT = "web:"
LARGEST_PRICE = Decimal(10) ** 10
PRICE_STEP = Decimal("0.0001")
STORED_EXPONENTS = range(-4, 1)
PRICE_CONTEXT = Context(prec=40)
"""More digits than a price has, so that rounding one never fails."""


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
    if not isinstance(kind, str) or kind not in KINDS:
        raise DataError(
            f"kind is {shown(kind)}: use one of {', '.join(sorted(KINDS))}."
        )
    if kind == Interaction.Kind.RATING and value is None:
        raise DataError("value is missing: a rating needs its stars, as in value=4.")


def as_key(name: str, value: Any) -> str:
    """Return a text key that fits its column."""
    text = key_text(name, value).strip()
    if not text:
        raise DataError(f"{name} is empty.")
    if len(text) > KEY_LENGTH:
        raise DataError(
            f"{name} has {len(text)} characters, at most {KEY_LENGTH} are stored: "
            f"{text[:40]!r}..."
        )
    return text


def as_reference(value: Any) -> str:
    """Return the number of an order; "" where it has none."""
    return "" if value is None or value == "" else as_key("reference", value)


def as_account_key(primary_key: Any) -> str:
    """Return the visitor key of an account."""
    return as_key("user", account_key(primary_key))


def as_number(name: str, value: Any) -> float | None:
    """Return a finite number, None for nothing."""
    value = known(value)
    return None if value is None else finite_number(name, value)


def as_quantity(value: Any) -> float:
    """Return how many; one where nothing is said."""
    value = known(value)
    return 1.0 if value is None else quantity_of(value)


def as_price(value: Any) -> Decimal | None:
    """Return the price of one as it is stored, None where it is not known."""
    price = exact_price(value)
    if price is None or price.as_tuple().exponent in STORED_EXPONENTS:
        return price
    return price.quantize(PRICE_STEP, context=PRICE_CONTEXT)


def exact_price(value: Any) -> Decimal | None:
    """Return the price with all digits that were given."""
    value = known(value)
    if value is None:
        return None
    try:
        price = value if isinstance(value, Decimal) else Decimal(str(value))
    except (InvalidOperation, ValueError):
        raise DataError(f"price is {shown(value)}, which is no number.") from None
    if price.is_nan():  # what a column of numbers says where it knows nothing
        return None
    if not is_storable(price):
        raise DataError(
            f"price is {shown(value)}: at most ten digits before the point are stored."
        )
    return price


def is_storable(price: Decimal) -> bool:
    """Say whether the price, rounded as it is stored, fits its column."""
    if not price.is_finite() or price and price.adjusted() >= LARGEST_PRICE.adjusted():
        return False
    rounded = price.quantize(PRICE_STEP, context=PRICE_CONTEXT)
    return abs(rounded) < LARGEST_PRICE


def as_moment(value: Any) -> datetime:
    """Return a moment as this project stores it.

    Takes a datetime, a date (its midnight), Unix seconds or ISO 8601 text; without
    a time zone it is the project's own.
    """
    if known(value) is None:
        raise DataError("timestamp is missing.")
    moment = parse_moment(value)
    try:
        if settings.USE_TZ:
            return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
        return timezone.make_naive(moment) if timezone.is_aware(moment) else moment
    except (OverflowError, ValueError) as error:
        raise DataError(f"timestamp is {shown(value)}: {error}.") from None


def as_visitor_key(user: Any) -> str:
    """Return the visitor key of a user column: a primary key, or a key already."""
    text = as_key("user", as_id("user", user))
    if not is_visitor_key(text):
        return as_key("user", account_key(text))
    prefix, _colon, rest = text.partition(":")
    return f"{prefix}:{as_id('user', rest)}"


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
