"""Factors of users and items for implicit feedback."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal import TrendWeighted, follow_trend
from django_recsys.learning.data import Histories, Interactions, TrainingData
from django_recsys.learning.hyperparameters import hyperparameter

from .embedding_size import BY_USERS, embedding_size_for
from .factor_recommender import FactorRecommender

if TYPE_CHECKING:
    from scipy.sparse import csr_array

INTERACTION_SHARE = 1 / 80  # the best on validation, on dense and on sparse data


@dataclass(kw_only=True, eq=False)
class ImplicitALS(FactorRecommender, TrendWeighted):
    """Matrix factorisation for implicit feedback (Hu, Koren & Volinsky 2008).

    Regularised by the frequency of users and items where ``frequency_scaling`` is above
    0 (Rendle, Krichene, Zhang & Koren 2021). Users are folded in from their histories,
    so no user data are kept.
    """

    name: ClassVar[str] = "als"
    array_names: ClassVar[tuple[str, ...]] = (
        "item_factors_",
        "confidence_",
        "ridge_",
        "recency_",
        "trend_",
    )

    embedding_size: int = hyperparameter(
        BY_USERS,
        low=BY_USERS,
        high=1024,
        help="Number of factors. -1: one per 64 users, 64 to 256.",
    )
    regularization: float = hyperparameter(
        4.0,
        low=0.0,
        high=1e4,
        help="L2 penalty, times the square root of the mean number of items per "
        "user; larger means smoother.",
    )
    frequency_scaling: float = hyperparameter(
        0.0,
        low=0.0,
        high=1.0,
        help="Scaling of the penalty by the frequency of a user or item. 0: the same "
        "penalty for all; 1: proportional to the frequency.",
    )
    confidence: float = hyperparameter(
        -1.0,
        low=-1.0,
        high=1e4,
        help="Weight of interactions above that of missing ones; larger fits them "
        "more closely. -1: all interactions together weigh an eightieth of all "
        "missing ones.",
    )
    epochs: int = hyperparameter(
        15, low=1, high=500, help="Number of passes over the data."
    )
    confidence_: np.ndarray = field(init=False, repr=False)  # () float64
    ridge_: np.ndarray = field(init=False, repr=False)
    """() float64, of a user without a history; others have more."""
    # Computed once, at the first query.
    _gram: np.ndarray | None = field(init=False, repr=False, default=None)

    def _fit(self, data: TrainingData) -> None:
        from ._als_solver import item_factors

        self._gram = None
        self._learn_recency_and_trend(data, of_factors=True)
        interactions = data.interactions
        confidence = interactions.user_items()
        n_interactions = confidence.nnz
        self.confidence_ = self._learned_confidence(interactions, n_interactions)
        # The squared error grows with the items per user, and so does their evidence.
        items_per_user = n_interactions / interactions.user_count()
        ridge = self.regularization * items_per_user**0.5
        mean = 1 + self._interaction_share(interactions, n_interactions)
        self.ridge_ = np.array(ridge / mean**self.frequency_scaling)
        confidence.data[:] = 1 + self.confidence_
        self.item_factors_ = item_factors(
            confidence,
            embedding_size=embedding_size_for(
                self.embedding_size, interactions.user_count()
            ),
            ridge=float(self.ridge_),
            scaling=self.frequency_scaling,
            epochs=self.epochs,
            options=data.options,
        )

    def _learned_confidence(
        self, interactions: Interactions, n_interactions: int
    ) -> np.ndarray:
        if self.confidence >= 0:
            return np.array(self.confidence)
        cells = interactions.user_count() * interactions.item_count()
        return np.array(cells / max(n_interactions, 1) * INTERACTION_SHARE)

    def _interaction_share(
        self, interactions: Interactions, n_interactions: int
    ) -> float:
        """Return the extra weight of all interactions, as a share of all cells."""
        cells = interactions.user_count() * interactions.item_count()
        return float(self.confidence_) * n_interactions / max(cells, 1)

    def _user_factors(self, queries: csr_array) -> np.ndarray:
        from ._als_solver import fold_in

        if self._gram is None:
            self._gram = self.item_factors_.T @ self.item_factors_
        ridges = self._ridges(queries)
        return fold_in(queries, self.item_factors_, self._gram, ridges)

    def _adjust(self, scores: np.ndarray, queries: csr_array) -> None:
        follow_trend(scores, queries, self.trend_)

    def _ridges(self, queries: csr_array) -> np.ndarray:
        from ._als_solver import row_ridges

        others = len(self.item_factors_) - len(self._without_vector())
        ridge = float(self.ridge_)
        return row_ridges(queries, others, ridge, self.frequency_scaling)

    def _query_matrix(self, histories: Histories) -> csr_array:
        queries = super()._query_matrix(histories)
        queries.data = 1 + np.float32(self.confidence_) * queries.data
        return queries

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        from ._als_solver import pair_shares

        shares: np.ndarray = pair_shares(
            queries, entries, targets, self.item_factors_, self._ridges(queries)
        )
        shares *= self.trend_[targets]
        return shares
