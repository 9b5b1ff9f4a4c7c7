"""Rooms that need an extra: imported when asked for, else an error that names it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
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
        raise MissingExtraError(_advice(EXTRA_OF_MODULE[missing])) from error


def require_extra(extra: str) -> None:
    """Raise MissingExtraError where an extra is not installed, and load nothing."""
    for module, name in EXTRA_OF_MODULE.items():
        if name == extra and find_spec(module) is None:
            raise MissingExtraError(_advice(extra))


def _advice(extra: str) -> str:
    return f"This needs: pip install 'django-recsys[{extra}]'"
