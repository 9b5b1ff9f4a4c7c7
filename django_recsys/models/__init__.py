"""The rows of django_recsys. None has a foreign key to anything of the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_recsys.lazy import exports

if TYPE_CHECKING:
    from .fields import KeyField as KeyField
    from .interactions import Interaction as Interaction
    from .leases import Lease as Lease
    from .lists import (
        EVERYONE as EVERYONE,
        ItemNeighbors as ItemNeighbors,
        RankedItems as RankedItems,
        Reason as Reason,
        StoredRecommendations as StoredRecommendations,
    )
    from .placements import Placement as Placement
    from .recommenders import (
        DEFAULT_RECOMMENDERS as DEFAULT_RECOMMENDERS,
        RecommenderConfig as RecommenderConfig,
        TrainedModel as TrainedModel,
    )
    from .runs import TrainingRun as TrainingRun

__getattr__, __all__ = exports(
    __name__,
    {
        "fields": ["KeyField"],
        "interactions": ["Interaction"],
        "leases": ["Lease"],
        "lists": [
            "EVERYONE",
            "ItemNeighbors",
            "RankedItems",
            "Reason",
            "StoredRecommendations",
        ],
        "placements": ["Placement"],
        "recommenders": ["DEFAULT_RECOMMENDERS", "RecommenderConfig", "TrainedModel"],
        "runs": ["TrainingRun"],
    },
)
