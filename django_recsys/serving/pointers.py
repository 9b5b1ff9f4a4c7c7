"""Which trained model serves for each recommender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django_recsys.models import RecommenderConfig, StoredRecommendations
from django_recsys.models.lists import EVERYONE, RankedItems

from .memory import forget, remembered


@dataclass(frozen=True, slots=True)
class Pointer:
    """The serving model of one recommender."""

    trained_model_id: int
    data_until: datetime
    """What was recorded after this moment, the model does not know."""


def serving_pointers() -> Mapping[str, Pointer]:
    """Return the pointers by recommender key; those that never served are missing."""
    pointers: dict[str, Pointer] = remembered("pointers", read_pointers)
    return pointers


def read_pointers() -> dict[str, Pointer]:
    """Read all pointers in one query."""
    rows = RecommenderConfig.objects.filter(serving__isnull=False, is_enabled=True)
    found = rows.values_list("key", "serving_id", "serving__data_until")
    return {key: Pointer(model_id, until) for key, model_id, until in found}


def list_for_everyone(trained_model_id: int) -> RankedItems:
    """Return a model's list that is the same for all; empty where it has none."""
    return remembered(
        f"everyone:{trained_model_id}", partial(read_for_everyone, trained_model_id)
    )


def read_for_everyone(trained_model_id: int) -> RankedItems:
    """Read the list that is stored for nobody in particular."""
    row = StoredRecommendations.objects.filter(
        trained_model_id=trained_model_id, visitor_key=EVERYONE
    ).first()
    return row.ranked_items if row else RankedItems()


def forget_pointers(**kwargs: object) -> None:
    """Follow a change of a recommender or of a placement at once in this process."""
    forget("pointers", "placements")
