"""Rooms that need an extra: imported when asked for, else an error that names it."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from .exceptions import MissingExtraError

EXTRA_OF_MODULE = {"optuna": "tuning", "matplotlib": "reports"}
"""The module whose absence means that the extra is not installed."""


def import_room(name: str) -> ModuleType:
    """Return a module of the engine, as "tuning"; raises MissingExtraError."""
    try:
        return import_module(f".{name}", __package__)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRA_OF_MODULE:
            raise
        extra = EXTRA_OF_MODULE[missing]
        raise MissingExtraError(
            f"This needs: pip install 'django-recsys[{extra}]'"
        ) from error
