"""The base of models that store weights between items."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal import TrendWeighted, follow_trend
from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories, Interactions, TrainingData
from django_recsys.learning.recommender import TrainingOptions

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class ItemToItem(TrendWeighted):
    """Scores are sums of weights from the items of a history, faded by their age."""

    class_capabilities: ClassVar[Capabilities] = Capabilities(
        handles_new_users=True,
        has_similar_items=True,
        stores_neighbors=True,
        can_explain=True,
        scores_in_threads=True,
    )
    array_names: ClassVar[tuple[str, ...]] = ("weights_", "recency_", "trend_")

    weights_: csr_array = field(init=False, repr=False)
    """(n_items, n_items): from an item of the history to the item scored."""

    def _fit(self, data: TrainingData) -> None:
        self._learn_recency_and_trend(data)
        self.weights_ = self._learn_weights(data.interactions, data.options)

    @abstractmethod
    def _learn_weights(
        self, interactions: Interactions, options: TrainingOptions
    ) -> csr_array:
        """Return (n_items, n_items) float32 without a diagonal, all positive."""

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        queries = self._query_matrix(histories)
        scores = (queries @ self.weights_).toarray()
        follow_trend(scores, queries, self.trend_)
        return np.where(scores > 0, scores, np.nan)

    def _similarities(self, item_indices: np.ndarray) -> csr_array:
        return self.weights_[item_indices]

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        weights = self.weights_[queries.indices[entries], targets]
        shares: np.ndarray = queries.data[entries] * np.asarray(weights).ravel()
        shares *= self.trend_[targets]
        return shares
