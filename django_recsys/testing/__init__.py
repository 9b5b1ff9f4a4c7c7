"""For hosts and plug-in authors: a contract to inherit, and data to test with."""

from .contract import RecommenderContract
from .factories import (
    checkerboard,
    checkerboard_histories,
    interactions_of,
    taste_clusters,
)

__all__ = [
    "RecommenderContract",
    "checkerboard",
    "checkerboard_histories",
    "interactions_of",
    "taste_clusters",
]
