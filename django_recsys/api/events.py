"""`POST events/`: what a page or an app saw its visitor do."""

import logging
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.decorators import method_decorator
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_202_ACCEPTED

from django_recsys.catalog import get_catalog
from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError
from django_recsys.tracking import (
    InteractionRow,
    Outcome,
    account_of,
    browsing_key,
    make_row,
    reason_of,
    record_batch,
    refusals,
    web_event,
)

from .base import RecsysView
from .event_serializers import NOTED, read_event
from .throttles import EventBudget, EventThrottle

logger = logging.getLogger("django_recsys.api")

MAX_EVENTS = 100

NOT_TRACKED = "nothing is recorded of this visitor: no consent, staff, or a program"
NOT_STORED = "it could not be stored; the log of the shop says why"
SWITCHED_OFF = "recording is switched off"


class EventsView(RecsysView):
    """Takes one event or a list of them; one that is refused holds up no other."""

    throttle_classes = [EventThrottle]

    @method_decorator(transaction.non_atomic_requests)
    def dispatch(self, *args: Any, **kwargs: Any) -> Any:
        """Write at once, whatever the shop does with requests: the answer says it."""
        return super().dispatch(*args, **kwargs)

    def post(self, request: Request) -> Response:
        """Record what can be recorded and say what cannot."""
        events = as_batch(request.data)
        budget = EventBudget(len(events))
        if not budget.allow_request(request, self):
            raise Throttled(budget.wait())
        batch = Batch(request._request, events)
        return Response(batch.record(), status=HTTP_202_ACCEPTED)


class Batch:
    """The events of one request, and what becomes of each."""

    def __init__(self, request: HttpRequest, events: Sequence[Any]) -> None:
        self.visitor_key = browsing_key(None, request)
        self.reason = ""
        if self.visitor_key is None:
            self.reason = reason_of(account_of(None, request), request)
        self.outcomes: list[Outcome] = []
        self.rejected: list[dict[str, Any]] = []
        self.rows: dict[int, InteractionRow] = {}
        """By position; what is nowhere else is to be stored."""
        for index, event in enumerate(events):
            self.outcomes.append(self._check(index, event))

    def record(self) -> dict[str, Any]:
        """Store the rows; return the answer."""
        if self.visitor_key is not None:
            found = record_batch(self.visitor_key, list(self.rows.values()))
            for index, outcome in zip(self.rows, found, strict=True):
                self.outcomes[index] = outcome
                if outcome == Outcome.REFUSED:
                    self._refuse(index, NOT_STORED)
        self.rejected.sort(key=itemgetter("index"))
        return {
            "accepted": len(self.outcomes) - len(self.rejected),
            "results": self.outcomes,
            "rejected": self.rejected,
        }

    def _check(self, index: int, event: Any) -> Outcome:
        try:
            values = read_event(event)
            if not get_settings().ENABLED:
                return self._refuse(index, SWITCHED_OFF)
            if self.visitor_key is None:
                refusals.add(values["kind"], self.reason)
                return self._refuse(index, NOT_TRACKED)
            if values["kind"] in NOTED:
                logger.debug("%s: accepted, not kept", values["kind"])
                return Outcome.ACCEPTED
            self.rows[index] = row_of(self.visitor_key, **values)
        except (ConfigurationError, ValueError) as refusal:
            return self._refuse(index, str(refusal))
        return Outcome.STORED

    def _refuse(self, index: int, error: str) -> Outcome:
        self.rejected.append({"index": index, "error": error})
        return Outcome.REFUSED


def as_batch(body: Any) -> list[Any]:
    """Return the events of a body. Raises `ValidationError` for anything else."""
    events = [body] if isinstance(body, dict) else body
    if not isinstance(events, list):
        raise ValidationError("Send one event as an object, or a list of them.")
    if len(events) > MAX_EVENTS:
        raise ValidationError(f"{len(events)} events: send at most {MAX_EVENTS}.")
    return events


def row_of(
    visitor_key: str, *, kind: str, item_id: str, quantity: float, event_id: str | None
) -> InteractionRow:
    """Return the row of an event; the same `event_id` of a visitor is stored once."""
    now = timezone.now()
    return make_row(
        visitor_key=visitor_key,
        item_id=get_catalog().item_id(item_id),
        kind=kind,
        occurred_at=now,
        recorded_at=now,
        quantity=quantity,
        event_id=web_event(visitor_key, event_id) if event_id else None,
    )
