"""What models of stored weights between items share."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal.recency import recent_items
from django_recsys.learning.algorithms.temporal.selection import (
    learned_recency,
    learned_trend,
    recency_hyperparameter,
    trend_hyperparameter,
)
from django_recsys.learning.algorithms.temporal.trend import follow_trend
from django_recsys.learning.data.histories import Histories
from django_recsys.learning.data.interactions import Interactions
from django_recsys.learning.recommender import Recommender, TrainingOptions

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class ItemToItem(Recommender):
    """Scores are sums of weights from the items of a history, faded by their age.

    A subclass writes ``_learn_weights``.
    """

    handles_new_users: ClassVar[bool] = True
    has_similar_items: ClassVar[bool] = True
    stores_neighbors: ClassVar[bool] = True
    can_explain: ClassVar[bool] = True
    scores_in_threads: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = ("weights_", "recency_", "trend_")

    recency: float = recency_hyperparameter()
    trend: float = trend_hyperparameter()

    weights_: csr_array = field(init=False, repr=False)
    """(n_items, n_items): from an item of the history to the item scored."""
    recency_: np.ndarray = field(init=False, repr=False)  # () float64
    trend_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, what the scores of each item are multiplied by."""

    def _fit(
        self,
        interactions: Interactions,
        *,
        items: Any,
        edges: Any,
        validation: Interactions | None,
        options: TrainingOptions,
    ) -> None:
        self.recency_ = learned_recency(self.recency, interactions, options.seed)
        self.trend_ = learned_trend(self.trend, interactions, options.seed)
        self.weights_ = self._learn_weights(interactions, options)

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

    def _query_matrix(self, histories: Histories) -> csr_array:
        return recent_items(histories, self.recency_)

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        weights = self.weights_[queries.indices[entries], targets]
        shares: np.ndarray = queries.data[entries] * np.asarray(weights).ravel()
        shares *= self.trend_[targets]
        return shares
