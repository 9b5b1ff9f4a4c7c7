"""Recent popularity."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from django_recsys.learning.data import Interactions, pair_codes
from django_recsys.learning.data.preparation import SECONDS_PER_DAY
from django_recsys.learning.hyperparameters import hyperparameter

from .popular import Popular


@dataclass(kw_only=True, eq=False)
class Trending(Popular):
    """Popularity in which each user's newest interaction with an item fades with time.

    Without real times nothing fades, and it equals ``popular``.
    """

    name: ClassVar[str] = "trending"

    half_life_days: float = hyperparameter(
        14.0,
        low=0.01,
        high=10_000,
        help="Half-life of an interaction, in days; larger means slower decay.",
    )

    def _popularity(self, interactions: Interactions) -> np.ndarray:
        if not interactions.has_times:
            return super()._popularity(interactions)
        pairs = pair_codes(interactions)
        order = np.lexsort((interactions.timestamps, pairs))
        newest = order[np.diff(pairs[order], append=-1) != 0]
        times, items = (
            interactions.timestamps[newest],
            interactions.item_indices[newest],
        )
        ages = (times.max() - times) / SECONDS_PER_DAY
        weights = 0.5 ** (ages / self.half_life_days)
        size = len(interactions.items)
        popularity = np.bincount(items, weights, minlength=size)
        is_known = np.bincount(items, minlength=size) > 0
        return np.where(is_known, popularity, np.nan).astype(np.float32)
