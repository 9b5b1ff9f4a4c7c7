"""What an event must look like. The schema of the API is made from these, too."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from django_recsys.exceptions import DataError
from django_recsys.models import Interaction

RECORDED = tuple(
    kind.value
    for kind in (
        Interaction.Kind.VIEW,
        Interaction.Kind.CART_ADD,
        Interaction.Kind.REMOVAL,
        Interaction.Kind.LIKE,
    )
)
"""A browser may claim these; a purchase is what the shop's own orders say."""
NOTED = ("impression", "click")
"""Accepted, so that a page may send them; nothing is kept of them yet."""

MAX_ITEM_ID = 191
MAX_EVENT_ID = 64
MAX_QUANTITY = 10_000
LONGEST_SHOWN = 40
WANTED = {
    "kind": "one of " + ", ".join(sorted((*RECORDED, *NOTED))),
    "item_id": f"a text of 1 to {MAX_ITEM_ID} characters, or a whole number",
    "quantity": f"a number above 0, up to {MAX_QUANTITY}",
    "event_id": f"a text of 1 to {MAX_EVENT_ID} characters",
}
"""How the sentence ends that refuses a value, whatever is wrong with it."""


class TextField(serializers.CharField):
    """Takes a text as it is; REST framework's own makes one of a number."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse everything but a text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class ItemIdField(TextField):
    """Takes a text or a whole number."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text of a number; True is none."""
        is_number = isinstance(data, int) and not isinstance(data, bool)
        return super().to_internal_value(str(data) if is_number else data)


class QuantityField(serializers.FloatField):
    """Takes a number above zero; REST framework's own takes "2" and True as well."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the number as it came: not every whole number is a float."""
        if isinstance(data, bool) or not isinstance(data, (int, float)) or data <= 0:
            self.fail("invalid")
        return data


class InteractionEventSerializer(serializers.Serializer[Any]):
    """Something that a visitor did to an item."""

    kind = serializers.ChoiceField(choices=RECORDED)
    item_id = ItemIdField(max_length=MAX_ITEM_ID)
    quantity = QuantityField(
        default=1, max_value=MAX_QUANTITY, help_text="How many of the item."
    )
    event_id = TextField(
        default=None,
        allow_null=True,
        max_length=MAX_EVENT_ID,
        help_text="The same one of the same visitor and kind is stored once.",
    )


class NotedEventSerializer(serializers.Serializer[Any]):
    """Something that a page showed; whatever else it holds is not looked at."""

    kind = serializers.ChoiceField(choices=NOTED)


SERIALIZERS: Mapping[str, serializers.Serializer[Any]] = {
    **dict.fromkeys(RECORDED, InteractionEventSerializer()),
    **dict.fromkeys(NOTED, NotedEventSerializer()),
}
"""Which form an event has, by its kind. They hold nothing of a request."""


def read_event(event: Any) -> dict[str, Any]:
    """Return the checked values of an event.

    Raises `DataError` with a sentence for each wrong value: what it is, what to give.
    """
    if not isinstance(event, Mapping):
        raise DataError(f"An event is {shown(event)}: give an object with its kind.")
    kind = event.get("kind")
    if not isinstance(kind, str) or kind not in SERIALIZERS:
        raise DataError(refusal_of("kind", event))
    try:
        values: dict[str, Any] = SERIALIZERS[kind].run_validation(event)
    except serializers.ValidationError as error:
        sentences = [refusal_of(name, event) for name in WANTED if name in error.detail]
        raise DataError(" ".join(sentences)) from None
    return values


def refusal_of(name: str, event: Mapping[str, Any]) -> str:
    """Return the sentence about one value: what it is, and what to give."""
    state = f"is {shown(event[name])}" if name in event else "is missing"
    return f"{name} {state}: give {WANTED[name]}."


def shown(value: Any) -> str:
    """Return a value as JSON, shortened; of what holds others only what it is."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
