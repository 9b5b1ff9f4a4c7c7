"""ITEM_MODEL, ITEM_FIELDS and AVAILABLE, held against the host's models."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage
from django.core.exceptions import FieldError, ValidationError

from django_recsys.catalog import FIELD_NAMES, make_reader
from django_recsys.conf import RecsysSettings, get_settings

from .ids import message

OWN_CATALOG = RecsysSettings().CATALOG


def models_of_settings() -> list[Any]:
    """Return the item models that exist."""
    found = []
    for label in get_settings().item_models:
        try:
            found.append(apps.get_model(label))
        except (LookupError, ValueError, TypeError, AttributeError):
            continue
    return found


def check_item_models() -> Iterator[CheckMessage]:
    """Items must come from somewhere."""
    settings = get_settings()
    if not settings.item_models and settings.CATALOG == OWN_CATALOG:
        yield message(
            "E005",
            "RECSYS['ITEM_MODEL'] is not set.",
            "Name your product model: RECSYS = {'ITEM_MODEL': 'shop.Product'}.",
        )
    for label in settings.item_models:
        try:
            apps.get_model(label)
        except (LookupError, ValueError, TypeError, AttributeError):
            yield message(
                "E005",
                f"RECSYS['ITEM_MODEL'] names {label!r}, which is no installed model.",
                "Write it as 'app_label.Model', and put its app in INSTALLED_APPS.",
            )


def check_item_fields() -> Iterator[CheckMessage]:
    """Hold names and paths of described fields against the item models."""
    for name, path in get_settings().ITEM_FIELDS.items():
        if name not in FIELD_NAMES:
            yield message(
                "E007",
                f"RECSYS['ITEM_FIELDS'] describes {name!r}, which is not used.",
                f"The names are {', '.join(FIELD_NAMES)}.",
            )
            continue
        for model in models_of_settings():
            try:
                make_reader(model, path)
            except (AttributeError, ImportError, TypeError, ValueError) as error:
                yield message(
                    "E007",
                    f"RECSYS['ITEM_FIELDS'][{name!r}] = {path!r}: {error}",
                    "Give a lookup ('category__name'), an attribute path, or the "
                    "dotted path to f(item).",
                )


def check_available() -> Iterator[CheckMessage]:
    """Hold the lookups of AVAILABLE against every item model."""
    rule = get_settings().AVAILABLE
    if not isinstance(rule, Mapping):
        return
    for model in models_of_settings():
        try:
            model._base_manager.filter(**rule)
        except (FieldError, TypeError, ValueError, ValidationError) as error:
            yield message(
                "E008",
                f"RECSYS['AVAILABLE'] does not fit {model._meta.label}: {error}",
                "Write lookups as in {'is_active': True, 'stock__gt': 0}, or the "
                "dotted path to f(queryset, request) -> queryset.",
            )
