"""The id of every check, and how a message is made."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

IDS: Mapping[str, str] = {
    "django_recsys.E001": "RECSYS is no dict.",
    "django_recsys.E002": "RECSYS has a key that does not exist.",
    "django_recsys.E003": "A value of RECSYS has a wrong type.",
    "django_recsys.E004": "A key of RECSYS is reserved; its feature is not built yet.",
    "django_recsys.E005": "ITEM_MODEL is missing, or names no installed model.",
    "django_recsys.E006": "A dotted path leads to nothing that can be called.",
    "django_recsys.E007": "ITEM_FIELDS has an unknown name or a bad path.",
    "django_recsys.E008": "AVAILABLE is no lookup of the item model.",
    "django_recsys.E009": "PURCHASES cannot be followed.",
    "django_recsys.E010": "INTERACTION_WEIGHTS has an unknown kind or no number.",
    "django_recsys.E011": "CACHE, DATABASE or STORAGE names an unknown alias.",
    "django_recsys.E012": "DATABASE is another than default, without the router.",
    "django_recsys.E013": "VisitorMiddleware stands before what it needs.",
    "django_recsys.E014": "TASKS is neither celery nor tick.",
    "django_recsys.E015": "A number is smaller than it may be.",
    "django_recsys.W001": "The storage of the artifacts has public addresses.",
    "django_recsys.W002": "TASKS is celery, but no Celery app is loaded.",
    "django_recsys.W003": "A database of our own makes every page wait for it.",
    "django_recsys.W004": "Pages are cached, and VisitorMiddleware is missing.",
}
"""Each id with what it means, in a few words."""


def message(number: str, sentence: str, hint: str) -> CheckMessage:
    """Return an error ("E005") or a warning ("W001")."""
    level = Error if number.startswith("E") else Warning
    return level(sentence, hint=hint, id=f"django_recsys.{number}")


def configured() -> Mapping[str, Any]:
    """Return RECSYS as the host wrote it; empty where it is no dict."""
    given = getattr(settings, "RECSYS", {})
    return given if isinstance(given, Mapping) else {}
