"""What a training is made of: everything that decides the result but the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django_recsys.conf import get_settings
from django_recsys.learning.registry import create
from django_recsys.models import RecommenderConfig, TrainedModel


@dataclass(frozen=True, eq=True)
class Recipe:
    """An algorithm with its hyper-parameters and the weighing of interactions."""

    algorithm: str
    hyperparameters: Mapping[str, Any]
    kind_weights: Mapping[str, float]
    half_life_days: float | None

    def recommender(self) -> Any:
        """Return an unfitted recommender."""
        return create(self.algorithm, **self.hyperparameters)


def recipe_of(config: RecommenderConfig | TrainedModel) -> Recipe:
    """Return the recipe of a configuration, or the one a model was made by.

    Hyper-parameters that nobody set take their defaults, and kinds without a weight
    of their own the setting's, so that two recipes compare by what they do.
    """
    unfitted = create(config.algorithm, **config.hyperparameters)
    return Recipe(
        config.algorithm,
        unfitted.hyperparameters,
        {**get_settings().weights, **config.interaction_weights},
        config.half_life_days,
    )
