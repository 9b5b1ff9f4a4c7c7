"""`POST events/`: what a page or an app saw its visitor do."""

import logging
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_202_ACCEPTED

from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError
from django_recsys.tracking import browsing_key, record_interaction

from .base import RecsysView
from .event_serializers import NOTED, read_event
from .throttles import EventThrottle

logger = logging.getLogger("django_recsys.api")

MAX_EVENTS = 100

NOT_TRACKED = "nothing is recorded of this visitor: no consent, staff, or a program"
SWITCHED_OFF = "recording is switched off"


class EventsView(RecsysView):
    """Takes one event or a list of them; one that is refused holds up no other."""

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
        raise ValidationError(f"{len(events)} events: send at most {MAX_EVENTS}.")
    return events


def record(event: Any, visitor_key: str | None) -> str | None:
    """Record one event; return why that cannot be, None where it was."""
    try:
        values = read_event(event)
        if not get_settings().ENABLED:
            return SWITCHED_OFF
        if visitor_key is None:
            return NOT_TRACKED
        if values["kind"] in NOTED:
            logger.debug("%s: accepted, not kept", values["kind"])
        else:
            store(visitor_key, **values)
    except (ConfigurationError, ValueError) as refusal:
        return str(refusal)
    return None


def store(
    visitor_key: str, *, kind: str, item_id: str, quantity: float, event_id: str | None
) -> None:
    """Record an interaction; the same `event_id` of this visitor only once."""
    record_interaction(
        item=item_id,
        kind=kind,
        visitor_key=visitor_key,
        quantity=quantity,
        # One visitor must not use up the ids of another.
        event_id=f"web:{visitor_key}:{event_id}" if event_id else None,
    )
