"""RECSYS_OSCAR, a dict: what only an Oscar shop can say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings


@dataclass(frozen=True, kw_only=True)
class OscarSettings:
    """The keys of RECSYS_OSCAR."""

    RETURN_STATUSES: Sequence[str] = ("Cancelled", "Refunded", "Returned")
    """Statuses of an order, or of a line, that say: the customer did not keep it."""
    BRAND_ATTRIBUTES: Sequence[str] = ("brand", "manufacturer", "author")
    """Codes of product attributes, the first that a product has is its brand."""
    SHOW_UNAVAILABLE: bool = False
    """Whether products that the strategy does not sell now may be shown."""
    SUGGESTIONS: int = 6
    """How many products `recsys_oscar_suggest` offers for each."""


def configured() -> Mapping[str, Any]:
    """Return what the host wrote; empty where it is no dict."""
    given = getattr(settings, "RECSYS_OSCAR", {})
    return given if isinstance(given, Mapping) else {}


def is_usable(name: str, value: Any) -> bool:
    """Say whether a key exists and takes this value."""
    defaults = {declared.name: declared.default for declared in fields(OscarSettings)}
    default = defaults.get(name)
    if isinstance(default, tuple):
        is_list = isinstance(value, (list, tuple))
        return is_list and all(isinstance(each, str) for each in value)
    return name in defaults and type(value) is type(default)


def get_oscar_settings() -> OscarSettings:
    """Return the settings; unusable entries keep their default."""
    given = configured()
    return OscarSettings(**{k: v for k, v in given.items() if is_usable(k, v)})
