"""PURCHASES, held against the host's models."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.checks import CheckMessage

from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError
from django_recsys.tracking import KNOWN, make_source

from .ids import message
from .items import OWN_CATALOG, models_of_settings

HINT = (
    "Each value but 'model' and 'where' is a lookup from the line of an order, as in "
    "'order__created_at'."
)


def check_purchases() -> Iterator[CheckMessage]:
    """Every source must be readable."""
    for given in get_settings().purchase_sources:
        yield from check_source(given)


def check_source(given: Any) -> Iterator[CheckMessage]:
    """One source must have known keys that lead somewhere."""
    if not isinstance(given, Mapping):
        yield message(
            "E009",
            f"RECSYS['PURCHASES'] holds {given!r}.",
            "Give one dict, or a list of dicts.",
        )
        return
    for name in given:
        if name not in KNOWN:
            yield message(
                "E009",
                f"RECSYS['PURCHASES'] has no key {name!r}.",
                f"The keys are {', '.join(sorted(KNOWN))}.",
            )
    try:
        source = make_source(given)
    except ConfigurationError as error:
        yield message("E009", str(error), HINT)
        return
    if not leads_to_items(source.item_model):
        label = source.item_model._meta.label
        yield message(
            "E009",
            f"RECSYS['PURCHASES']['item'] leads to {label}, which is no item model.",
            "Lead it on, as in 'variant__product', or name in RECSYS['CANONICAL'] the "
            "function that turns it into an item.",
        )


def leads_to_items(model: Any) -> bool:
    """Say whether rows of this model are items, or can be turned into some."""
    settings = get_settings()
    if settings.CANONICAL is not None or settings.CATALOG != OWN_CATALOG:
        return True
    return any(issubclass(model, item_model) for item_model in models_of_settings())
