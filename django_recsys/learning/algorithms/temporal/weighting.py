"""The bases of recommenders that use recency and trends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from django_recsys.learning.data import Histories, Interactions, TrainingData
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.recommender import Recommender

from .recency import recent_items
from .trend import item_trends, trend_factors

if TYPE_CHECKING:
    from scipy.sparse import csr_array


CHOSEN_BY_DATA = -1.0


def recency_hyperparameter() -> Any:
    """Declare the hyper-parameter of models that read histories."""
    return hyperparameter(
        CHOSEN_BY_DATA,
        low=CHOSEN_BY_DATA,
        high=1e4,
        help="Age, in steps, at which an item of the history weighs 1/e; larger "
        "means slower decay. 0: no decay. -1: chosen from the data.",
    )


def learned_recency(
    recency: float, interactions: Interactions, seed: int
) -> np.ndarray:
    """Return the recency to use, () float64; chosen from the data where it is -1."""
    if recency >= 0:
        return np.array(recency)
    from .selection import choices

    return np.array(choices(interactions, seed).recency)


def trend_hyperparameter() -> Any:
    """Declare the hyper-parameter of models that rank new items."""
    return hyperparameter(
        CHOSEN_BY_DATA,
        low=CHOSEN_BY_DATA,
        high=1e4,
        help="Weight of the recent trend of an item; larger favours items with many "
        "new users. 0: no trend. -1: chosen from the data.",
    )


def learned_trend(
    trend: float, interactions: Interactions, seed: int, *, of_factors: bool = False
) -> np.ndarray:
    """Return (n_items,) float32, factors of the scores; 1 for a mean trend.

    of_factors: whether the scores are those of a factor model.
    """
    if trend < 0:
        from .selection import choices

        chosen = choices(interactions, seed)
        trend = chosen.factor_trend if of_factors else chosen.trend
    if trend == 0:
        return np.ones(len(interactions.items), dtype=np.float32)
    return trend_factors(item_trends(interactions), trend)


@dataclass(kw_only=True, eq=False)
class RecencyWeighted(Recommender):
    """A recommender in which the weight of a history's item falls with its age."""

    recency: float = recency_hyperparameter()

    recency_: np.ndarray = field(init=False, repr=False)  # () float64

    def _learn_recency(self, data: TrainingData) -> None:
        self.recency_ = learned_recency(
            self.recency, data.interactions, data.options.seed
        )

    def _query_matrix(self, histories: Histories) -> csr_array:
        return recent_items(histories, self.recency_)


@dataclass(kw_only=True, eq=False)
class TrendWeighted(RecencyWeighted):
    """The same, with scores that follow the trends of items."""

    trend: float = trend_hyperparameter()

    trend_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, factors of the scores."""

    def _learn_recency_and_trend(
        self, data: TrainingData, *, of_factors: bool = False
    ) -> None:
        self._learn_recency(data)
        self.trend_ = learned_trend(
            self.trend, data.interactions, data.options.seed, of_factors=of_factors
        )
