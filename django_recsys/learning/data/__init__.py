"""What a recommender learns from: interactions, histories, item features, friends."""

from .edges import Edges
from .histories import Histories
from .id_map import IdMap
from .interactions import Interactions, basket_codes, pair_codes
from .training_data import TrainingData

__all__ = [
    "Edges",
    "Histories",
    "IdMap",
    "Interactions",
    "TrainingData",
    "basket_codes",
    "pair_codes",
]
