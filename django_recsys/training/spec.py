"""The specification of a training: all that decides the result but the data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django_recsys.conf import get_settings
from django_recsys.learning import create
from django_recsys.models import RecommenderConfig, TrainedModel


@dataclass(frozen=True, eq=True)
class TrainingSpec:
    """An algorithm with its hyper-parameters and the weighing of interactions."""

    algorithm: str
    hyperparameters: Mapping[str, Any]
    kind_weights: Mapping[str, float]
    half_life_days: float | None

    def recommender(self) -> Any:
        """Return an unfitted recommender."""
        return create(self.algorithm, **self.hyperparameters)


def spec_of(config: RecommenderConfig | TrainedModel) -> TrainingSpec:
    """Return the specification of a configuration, or of a trained model.

    Hyper-parameters that are not set take their defaults, and kinds without a weight
    of their own the setting's, so that equal specifications are equal trainings.
    """
    unfitted = create(config.algorithm, **config.hyperparameters)
    return TrainingSpec(
        config.algorithm,
        unfitted.hyperparameters,
        {**get_settings().weights, **config.interaction_weights},
        config.half_life_days,
    )
