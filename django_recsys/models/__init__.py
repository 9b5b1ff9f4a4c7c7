"""The rows of django_recsys. None has a foreign key to anything of the host."""

from .fields import KeyField
from .interactions import Interaction
from .leases import Lease
from .lists import ItemNeighbors, StoredRecommendations
from .placements import Placement
from .recommenders import RecommenderConfig, TrainedModel
from .runs import TrainingRun

__all__ = [
    "Interaction",
    "ItemNeighbors",
    "KeyField",
    "Lease",
    "Placement",
    "RecommenderConfig",
    "StoredRecommendations",
    "TrainedModel",
    "TrainingRun",
]
