"""Placements and serving models, which every page needs: one read of the cache."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django_recsys.database.deadline import within_deadline
from django_recsys.models import (
    EVERYONE,
    Placement,
    RecommenderConfig,
    StoredRecommendations,
)

from .cache import get_or_build, invalidate
from .placements import DECLARED, PlacementRule, rule_of


class Pointer(NamedTuple):
    """The serving model of one recommender."""

    trained_model_id: int
    data_until: datetime
    """The model knows nothing that was recorded later."""


class LiveModels(NamedTuple):
    """The stored placements, and which models serve."""

    rows: Mapping[str, PlacementRule]
    """The placements that are stored; the declared ones are in the code."""
    pointers: Mapping[str, Pointer]
    """By recommender; those that never served are missing."""
    general: Mapping[str, str]
    """By recommender, the packed lists that are the same for everyone."""

    def placement(self, key: str) -> PlacementRule | None:
        """Return the rule of a placement; None for an unknown key."""
        return self.rows.get(key) or DECLARED.get(key)


def get_live_models() -> LiveModels:
    """Return the placements and the pointers, at most some seconds old."""
    live: LiveModels = get_or_build(
        "live-models", partial(within_deadline, read_live_models)
    )
    return live


def read_live_models() -> LiveModels:
    """Read all of it: three queries, once in `cache.SECONDS`."""
    placements = {row.key: rule_of(row) for row in Placement.objects.all()}
    configs = RecommenderConfig.objects.filter(serving__isnull=False, is_enabled=True)
    found = configs.values_list("key", "serving_id", "serving__data_until")
    pointers = {key: Pointer(*pointer) for key, *pointer in found}
    return LiveModels(placements, pointers, read_general(pointers))


def read_general(pointers: Mapping[str, Pointer]) -> dict[str, str]:
    """Read the lists that are the same for everyone."""
    ids = [pointer.trained_model_id for pointer in pointers.values()]
    rows = StoredRecommendations.objects.filter(
        trained_model_id__in=ids, visitor_key=EVERYONE
    )
    packed = dict(rows.values_list("trained_model_id", "ranked"))
    return {
        key: packed[pointer.trained_model_id]
        for key, pointer in pointers.items()
        if pointer.trained_model_id in packed
    }


def find_placement(key: str) -> PlacementRule | None:
    """Return the rule of a placement; None for an unknown key."""
    return get_live_models().placement(key)


def forget_live_models() -> None:
    """Follow a change of a recommender or of a placement at once in this process."""
    invalidate("live-models", "cold-start")
