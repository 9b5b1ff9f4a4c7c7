"""Records one interaction: the function that hosts, receivers and the API call."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import partial
from numbers import Number
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from django_recsys.catalog import get_catalog
from django_recsys.conf import get_settings
from django_recsys.database.deadline import within_deadline
from django_recsys.database.savepoints import savepoint
from django_recsys.exceptions import ConfigurationError, DataError
from django_recsys.learning import key_text
from django_recsys.models import Interaction
from django_recsys.tracking.async_safe import outside_event_loop
from django_recsys.tracking.bulk_insert import insert_row, insert_rows
from django_recsys.tracking.error_boundary import never_raises
from django_recsys.tracking.events import announce
from django_recsys.tracking.identity.guests import guest_of
from django_recsys.tracking.identity.visitors import (
    is_account,
    is_staff,
    may_record,
    user_of,
    visitor_key_for,
    visitor_of,
)
from django_recsys.tracking.on_commit import after_commit
from django_recsys.tracking.purchases.reader import record_by_reference
from django_recsys.tracking.rows import InteractionRow, make_row, provisional_id

from .refusals import ITEM, reason_of, refusals
from .retry_buffer import retry_buffer_for

OWN_RECORDS = frozenset({Interaction.Kind.PURCHASE, Interaction.Kind.RETURN})
"""Kinds that the shop has to keep anyway, whatever a browser objects to."""

UNKNOWN_BUYER = "?"
"""Stands for the visitor of a purchase that only its order line can name."""


@outside_event_loop
def record_interaction(
    *,
    item: Any,
    kind: str,
    user: Any = None,
    request: HttpRequest | None = None,
    visitor_key: str | None = None,
    quantity: float = 1,
    value: float | None = None,
    price: Any = None,
    occurred_at: datetime | None = None,
    event_id: str | None = None,
    reference: str = "",
) -> None:
    """Record an interaction with an item.

    `item` is an instance or its primary key; who did it is `visitor_key`, else `user`,
    else whoever sent `request`. Browsing by staff, by programs and by visitors without
    consent is left out. Inside a transaction the row is written after the commit, so
    a rollback leaves nothing. The same `event_id` of a kind is stored once; so is the
    same `reference` (the order's number) with the same item.

    Raises `ValueError` for an unknown kind or a value that cannot be stored, and
    `ConfigurationError` for an object that is no item. A database that refuses is
    logged, not raised.
    """
    if not get_settings().ENABLED:
        return
    if item is None:
        raise DataError("item is missing: give an instance or its primary key.")
    now = timezone.now()
    is_purchase = isinstance(kind, str) and kind in OWN_RECORDS
    key = visitor_key or (buying_key if is_purchase else browsing_key)(user, request)
    row = make_row(
        visitor_key=key or UNKNOWN_BUYER,
        item_id=item_id_of(item, kind),
        kind=kind,
        occurred_at=now if occurred_at is None else occurred_at,
        recorded_at=now,
        quantity=quantity,
        value=value,
        price=price,
        event_id=event_id,
        reference=reference,
    )
    if names_its_order(row):
        after_commit(partial(write_purchase, row))
    elif key is not None:
        after_commit(partial(write, row))
    else:
        refusals.add(row.kind, reason_of(account_of(user, request), request))


def item_id_of(item: Any, kind: str) -> str:
    """Return the item's id; what is no item is counted before that is raised."""
    try:
        return get_catalog().item_id(key_or_instance(item))
    except (ConfigurationError, DataError):
        refusals.add(str(kind), ITEM)
        raise


def key_or_instance(item: Any) -> Any:
    """Return an instance as it is, a primary key as text; raises `DataError` for none.

    What is neither a text nor a number, a dict for one, would become an id by `str`.
    """
    is_plain = isinstance(item, (str, bytes, Number, Collection, date))
    return key_text("item", item) if is_plain else item


def buying_key(user: Any, request: HttpRequest | None) -> str | None:
    """Return the key of who bought; None for a guest without a key."""
    account = account_of(user, request)
    if account is not None:
        return visitor_key_for(account)
    return browsing_key(None, request) or visitor_of(request).key


def browsing_key(user: Any, request: HttpRequest | None) -> str | None:
    """Return the key of who browses; None for whom nothing may be recorded.

    A guest with consent gets a key here, at the first thing worth remembering.
    """
    account = account_of(user, request)
    if is_staff(account):
        return None
    if request is not None and not may_record(request, account):
        return None
    if account is not None:
        return visitor_key_for(account)
    return None if request is None else guest_of(request).make_key()


def account_of(user: Any, request: HttpRequest | None) -> Any:
    """Return the account that acts, None for a guest."""
    if is_account(user):
        return user
    return None if request is None else user_of(request)


@never_raises("record an interaction")
def write(row: InteractionRow) -> None:
    """Store one row."""
    with retry_buffer.keeping(row), savepoint():
        within_deadline(partial(insert_row, row))
    announce(row.visitor_key)


@never_raises("record a purchase")
def write_purchase(row: InteractionRow) -> None:
    """Store a purchase that names its order."""
    with retry_buffer.keeping(row), savepoint():
        store_purchase(row)
    if row.visitor_key != UNKNOWN_BUYER:
        announce(row.visitor_key)


def store_purchase(row: InteractionRow) -> None:
    """Store the shop's own order lines in place of `row` where they are known.

    They are looked for a second time after the row was written: who stores lines
    deletes such rows, so in either order of events one purchase is left.
    """
    if record_by_reference(row) or row.visitor_key == UNKNOWN_BUYER:
        return
    event_id = provisional_id(row.reference, row.item_id)
    within_deadline(partial(insert_row, row._replace(event_id=event_id)))
    record_by_reference(row)


def store_kept(rows: Sequence[InteractionRow]) -> None:
    """Store the rows that waited for the database, and announce their visitors."""
    fresh = [row._replace(recorded_at=timezone.now()) for row in rows]
    insert_rows(row for row in fresh if not names_its_order(row))
    for row in filter(names_its_order, fresh):
        store_purchase(row)


def names_its_order(row: InteractionRow) -> bool:
    """Say whether the shop may have order lines for this."""
    return row.kind in OWN_RECORDS and bool(row.reference) and row.event_id is None


retry_buffer = retry_buffer_for(store_kept)
