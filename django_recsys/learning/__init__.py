"""The engine: recommenders over arrays. It knows neither Django nor a database."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .artifacts import load, save
    from .base import Recommendations, Recommender, TrainingOptions
    from .evaluation import evaluate
    from .interactions import Histories, IdMap, Interactions
    from .preparation import prepare
    from .registry import ALGORITHMS, create, get_recommender_class

_HOMES = {
    "ALGORITHMS": "registry",
    "Histories": "interactions",
    "IdMap": "interactions",
    "Interactions": "interactions",
    "Recommendations": "base",
    "Recommender": "base",
    "TrainingOptions": "base",
    "create": "registry",
    "evaluate": "evaluation",
    "get_recommender_class": "registry",
    "load": "artifacts",
    "prepare": "preparation",
    "save": "artifacts",
}

__all__ = [
    "ALGORITHMS",
    "Histories",
    "IdMap",
    "Interactions",
    "Recommendations",
    "Recommender",
    "TrainingOptions",
    "create",
    "evaluate",
    "get_recommender_class",
    "load",
    "prepare",
    "save",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its room when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
