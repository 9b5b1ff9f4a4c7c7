"""Truncated singular value decomposition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal import TrendWeighted, follow_trend
from django_recsys.learning.data import TrainingData
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.sparse import column_counts

from .embedding_size import BY_USERS, embedding_size_for
from .factor_recommender import FactorRecommender

if TYPE_CHECKING:
    from scipy.sparse import csr_array

FEWEST_NUMBERS = 128


@dataclass(kw_only=True, eq=False)
class SVD(FactorRecommender, TrendWeighted):
    """Pure SVD (Cremonesi 2010), items scaled by popularity (Nikolakopoulos 2019)."""

    name: ClassVar[str] = "svd"
    array_names: ClassVar[tuple[str, ...]] = ("item_factors_", "recency_", "trend_")

    embedding_size: int = hyperparameter(
        BY_USERS,
        low=BY_USERS,
        high=1024,
        help="Number of factors. -1: one per 64 users, 128 to 256.",
    )
    popularity_scaling: float = hyperparameter(
        0.5,
        low=0.0,
        high=1.0,
        help="Power of an item's popularity; larger favours popular items. 0: all "
        "items weigh the same.",
    )
    epochs: int = hyperparameter(4, low=1, high=100, help="Number of power iterations.")

    def _fit(self, data: TrainingData) -> None:
        from ._truncated_svd import item_directions

        self._learn_recency_and_trend(data, of_factors=True)
        taken = data.interactions.user_items()  # (n_users, n_items)
        scale = np.maximum(column_counts(taken), 1)
        scale = scale ** ((self.popularity_scaling - 1) / 2)
        taken.data = scale[taken.indices].astype(np.float32)
        size = embedding_size_for(
            self.embedding_size, data.interactions.user_count(), fewest=FEWEST_NUMBERS
        )
        self.item_factors_ = item_directions(
            taken, size, self.epochs, data.options.seed
        )

    def _adjust(self, scores: np.ndarray, queries: csr_array) -> None:
        follow_trend(scores, queries, self.trend_)

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        shares = super()._pair_shares(queries, entries, targets)
        shares *= self.trend_[targets]
        return shares
