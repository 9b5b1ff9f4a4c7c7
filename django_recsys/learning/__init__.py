"""The engine: recommenders over arrays. It knows neither Django nor a database."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .artifacts import load, save
    from .capabilities import Capabilities
    from .data.interactions import Histories, IdMap, Interactions
    from .data.preparation import prepare
    from .data.training_data import TrainingData
    from .evaluation.evaluator import evaluate
    from .hyperparameters import hyperparameter
    from .recommender import Recommendations, Recommender, TrainingOptions
    from .registry import ALGORITHMS, create, get_recommender_class

_HOMES = {
    "hyperparameter": "django_recsys.learning.hyperparameters",
    "TrainingData": "django_recsys.learning.data.training_data",
    "Capabilities": "django_recsys.learning.capabilities",
    "ALGORITHMS": "django_recsys.learning.registry",
    "Histories": "django_recsys.learning.data.interactions",
    "IdMap": "django_recsys.learning.data.interactions",
    "Interactions": "django_recsys.learning.data.interactions",
    "Recommendations": "django_recsys.learning.recommender",
    "Recommender": "django_recsys.learning.recommender",
    "TrainingOptions": "django_recsys.learning.recommender",
    "create": "django_recsys.learning.registry",
    "evaluate": "django_recsys.learning.evaluation.evaluator",
    "get_recommender_class": "django_recsys.learning.registry",
    "load": "django_recsys.learning.artifacts",
    "prepare": "django_recsys.learning.data.preparation",
    "save": "django_recsys.learning.artifacts",
}

__all__ = [
    "hyperparameter",
    "TrainingData",
    "Capabilities",
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
    return getattr(import_module(_HOMES[name]), name)
