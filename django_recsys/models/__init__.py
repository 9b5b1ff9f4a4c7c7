"""The rows of django_recsys. None has a foreign key to anything of the host."""

from .erasures import Erasure, hash_of
from .fields import KeyField
from .interactions import CLOCK_TOLERANCE, Interaction
from .leases import Lease
from .lists import EVERYONE, ItemNeighbors, RankedItems, Reason, StoredRecommendations
from .placements import Placement
from .recommenders import DEFAULT_RECOMMENDERS, RecommenderConfig, TrainedModel
from .runs import TrainingRun
from .visitor_keys import (
    ACCOUNT_PREFIX,
    EMAIL_PREFIX,
    GUEST_PREFIX,
    account_key,
    is_visitor_key,
)

__all__ = [
    "ACCOUNT_PREFIX",
    "CLOCK_TOLERANCE",
    "DEFAULT_RECOMMENDERS",
    "EMAIL_PREFIX",
    "EVERYONE",
    "Erasure",
    "GUEST_PREFIX",
    "Interaction",
    "ItemNeighbors",
    "KeyField",
    "Lease",
    "Placement",
    "RankedItems",
    "Reason",
    "RecommenderConfig",
    "StoredRecommendations",
    "TrainedModel",
    "TrainingRun",
    "account_key",
    "hash_of",
    "is_visitor_key",
]
