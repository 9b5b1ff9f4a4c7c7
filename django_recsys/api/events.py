"""`POST events/`: what a page or an app saw its visitor do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_202_ACCEPTED

from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError
from django_recsys.tracking import browsing_key, record_interaction

from .base import RecsysView
from .throttles import EventThrottle

logger = logging.getLogger("django_recsys.api")

RECORDED = frozenset({"view", "cart_add", "removal", "like"})
"""A browser may claim these; a purchase is what the shop's own orders say."""
NOTED = frozenset({"impression", "click"})
"""Accepted, so that a page may send them; nothing is kept of them yet."""

MAX_EVENTS = 100
MAX_EVENT_ID = 64
MAX_QUANTITY = 10_000

NOT_TRACKED = "nothing is recorded of this visitor: no consent, staff, or a program"
SWITCHED_OFF = "recording is switched off"


class EventsView(RecsysView):
    """Takes one event or a list of them, each with `kind` and `item_id`.

    Also taken: `quantity`, and `event_id`, which makes an event idempotent for its
    visitor. An event that is refused does not hold up the others.
    """

    throttle_classes = [EventThrottle]

    def post(self, request: Request) -> Response:
        """Record what can be recorded and say what cannot."""
        events = as_batch(request.data)
        visitor_key = browsing_key(None, request._request)
        rejected = []
        for index, event in enumerate(events):
            error = record(event, visitor_key)
            if error:
                rejected.append({"index": index, "error": error})
        answer = {"accepted": len(events) - len(rejected), "rejected": rejected}
        return Response(answer, status=HTTP_202_ACCEPTED)


def as_batch(body: Any) -> list[Any]:
    """Return the events of a body. Raises `ValidationError` for anything else."""
    events = [body] if isinstance(body, dict) else body
    if not isinstance(events, list):
        raise ValidationError("Send one event as an object, or a list of them.")
    if len(events) > MAX_EVENTS:
        raise ValidationError(f"At most {MAX_EVENTS} events at once.")
    return events


def record(event: Any, visitor_key: str | None) -> str | None:
    """Record one event; return why that cannot be, None where it was."""
    error = first_error(event)
    if error:
        return error
    if not get_settings().ENABLED:
        return SWITCHED_OFF
    if visitor_key is None:
        return NOT_TRACKED
    if event["kind"] in NOTED:
        logger.debug("%s: %r", event["kind"], event)
        return None
    event_id = event.get("event_id")
    try:
        record_interaction(
            item=event["item_id"],
            kind=event["kind"],
            visitor_key=visitor_key,
            quantity=event.get("quantity", 1),
            # One visitor must not use up the ids of another.
            event_id=f"web:{visitor_key}:{event_id}" if event_id else None,
        )
    except (ConfigurationError, ValueError) as refusal:
        return str(refusal)
    return None


def first_error(event: Any) -> str | None:
    """Return what is wrong with the form of an event."""
    if not isinstance(event, Mapping):
        return "not an object"
    kind = event.get("kind")
    if not isinstance(kind, str) or kind not in RECORDED | NOTED:
        return "kind: one of " + ", ".join(sorted(RECORDED | NOTED))
    if kind in NOTED:
        return None
    if not is_id(event.get("item_id")):
        return "item_id: a text or a whole number"
    if not is_quantity(event.get("quantity", 1)):
        return f"quantity: a number above 0, up to {MAX_QUANTITY}"
    event_id = event.get("event_id")
    if event_id is not None and not is_event_id(event_id):
        return f"event_id: a text of 1 to {MAX_EVENT_ID} characters"
    return None


def is_id(value: Any) -> bool:
    """Say whether a value has the form of an item id."""
    if isinstance(value, int):
        return not isinstance(value, bool)
    return isinstance(value, str) and 0 < len(value) <= 191 and "\0" not in value


def is_quantity(value: Any) -> bool:
    """Say whether a value counts items."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and 0 < value <= MAX_QUANTITY


def is_event_id(value: Any) -> bool:
    """Say whether a value names an event."""
    return isinstance(value, str) and 0 < len(value) <= MAX_EVENT_ID
