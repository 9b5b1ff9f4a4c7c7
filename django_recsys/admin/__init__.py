"""Doors for the people of the shop, in Django's admin."""

from .interactions import InteractionAdmin
from .placements import PlacementAdmin
from .recommenders import RecommenderConfigAdmin
from .trained_models import TrainedModelAdmin
from .training_runs import TrainingRunAdmin

__all__ = [
    "InteractionAdmin",
    "PlacementAdmin",
    "RecommenderConfigAdmin",
    "TrainedModelAdmin",
    "TrainingRunAdmin",
]
