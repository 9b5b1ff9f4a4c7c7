"""Keys, types, dotted paths and numbers of RECSYS."""

from collections.abc import Iterator
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.utils.module_loading import import_string

from django_recsys.catalog import Catalog
from django_recsys.conf import RecsysSettings, get_settings, is_acceptable
from django_recsys.learning import weight_problem
from django_recsys.models import Interaction

from .ids import configured, message

DECLARED = {declared.name: declared for declared in fields(RecsysSettings)}
LEAST = {
    "RETENTION_DAYS": 1,
    "CATCH_UP_DAYS": 1,
    "TRAINING_MINUTES": 0.01,
    "TRAINING_MEMORY_MB": 1,
    "RESCORE_SECONDS": 0,
}

PATHS = {
    "ITEM_QUERYSET": "f() -> queryset",
    "CANONICAL": "f(item) -> item",
    "HISTORY": "f() -> iterable of dicts",
    "SOCIAL_GRAPH": "f() -> iterable of (user, friend)",
    "PRICE_FORMAT": "f(item, price, request) -> str",
    "CONSENT": "f(request) -> bool",
    "AVAILABLE": "f(queryset, request) -> queryset",
    "CATALOG": "a subclass of django_recsys.catalog.Catalog",
}


def check_mapping() -> Iterator[CheckMessage]:
    """RECSYS itself must be a dict."""
    given = getattr(settings, "RECSYS", {})
    if given is not configured() and not isinstance(given, dict):
        yield message(
            "E001",
            f"RECSYS is {type(given).__name__}, not a dict.",
            'Write RECSYS = {"ITEM_MODEL": "shop.Product"}.',
        )


def check_keys() -> Iterator[CheckMessage]:
    """Every key must exist, and its feature too."""
    for key, value in configured().items():
        if key not in DECLARED:
            yield message("E002", f"RECSYS has no key {key!r}.", nearest(key))
        elif not DECLARED[key].metadata["built"] and value is not None:
            yield message(
                "E004",
                f"RECSYS[{key!r}] is reserved: this version does not use it yet.",
                "Take it out; the changelog will announce it.",
            )


def nearest(key: Any) -> str:
    """Return the hint for an unknown key."""
    close = get_close_matches(str(key).upper(), DECLARED, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"The keys are {', '.join(sorted(DECLARED))}."


def check_types() -> Iterator[CheckMessage]:
    """Every value must have a type that its key takes."""
    for key, value in configured().items():
        if key not in DECLARED:
            continue
        types = DECLARED[key].metadata["types"]
        if not is_acceptable(value, types):
            names = " or ".join(kind.__name__ for kind in types)
            yield message(
                "E003",
                f"RECSYS[{key!r}] is {value!r}, of type {type(value).__name__}.",
                f"Give {names}; until then the default holds.",
            )


def check_paths() -> Iterator[CheckMessage]:
    """Every dotted path must lead to something that can be called."""
    for key, form in PATHS.items():
        path = getattr(get_settings(), key)
        if not isinstance(path, str):
            continue
        try:
            found = import_string(path)
        except ImportError as error:
            yield message(
                "E006",
                f"RECSYS[{key!r}] = {path!r} cannot be imported: {error}",
                f"Give the dotted path to {form}.",
            )
            continue
        if not is_usable(key, found):
            yield message(
                "E006",
                f"RECSYS[{key!r}] = {path!r} is {found!r}.",
                f"Give the dotted path to {form}.",
            )


def is_usable(key: str, found: Any) -> bool:
    """Say whether what a path leads to can be called as its key wants it."""
    if key == "CATALOG":
        return isinstance(found, type) and issubclass(found, Catalog)
    return callable(found)


def check_weights() -> Iterator[CheckMessage]:
    """Weights must be numbers of known kinds."""
    kinds = ", ".join(Interaction.Kind.values)
    for kind, weight in get_settings().INTERACTION_WEIGHTS.items():
        if kind not in Interaction.Kind.values:
            yield message(
                "E010",
                f"RECSYS['INTERACTION_WEIGHTS'] has the unknown kind {kind!r}.",
                f"The kinds are {kinds}.",
            )
        elif isinstance(weight, bool) or not isinstance(weight, (int, float)):
            yield message(
                "E010",
                f"RECSYS['INTERACTION_WEIGHTS'][{kind!r}] is {weight!r}, no number.",
                "Give a number: how much one interaction of this kind says.",
            )
        elif problem := weight_problem(kind, weight):
            yield message(
                "E010",
                f"RECSYS['INTERACTION_WEIGHTS'][{kind!r}] is {weight!r}. {problem}",
                "Give 0 for a kind that should say nothing.",
            )


def check_numbers() -> Iterator[CheckMessage]:
    """Refuse a number below the least that makes sense."""
    for key, least in LEAST.items():
        number = getattr(get_settings(), key)
        if number is not None and number < least:
            yield message(
                "E015",
                f"RECSYS[{key!r}] is {number}.",
                f"Give at least {least:g}; leave it out for {DECLARED[key].default}.",
            )
