"""Factors that rank items with an interaction before those without."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.data import Histories, TrainingData
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.sparse import column_counts

from .factor_recommender import FactorRecommender

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class BPR(FactorRecommender):
    """Bayesian personalised ranking (Rendle et al. 2009), fitted by implicit.

    Users are folded in by the linear map from the mean of their item factors to their
    own, so no user data are kept. One thread, as parallel updates are not reproducible.
    implicit draws negatives by popularity; as in a sampled softmax (Bengio and Senecal
    2008) a part of the log-popularity is added to the scores again.
    """

    name: ClassVar[str] = "bpr"
    array_names: ClassVar[tuple[str, ...]] = (
        "item_factors_",
        "item_offsets_",
        "fold_in_",
        "recency_",
    )

    embedding_size: int = hyperparameter(
        128, low=1, high=1024, help="Number of factors."
    )
    learning_rate: float = hyperparameter(
        0.05,
        low=1e-5,
        high=1.0,
        help="Learning rate; larger learns faster, but may diverge.",
    )
    regularization: float = hyperparameter(
        0.01, low=0.0, high=10.0, help="L2 penalty; larger means smoother."
    )
    epochs: int = hyperparameter(
        100, low=1, high=5000, help="Number of passes over the data."
    )
    popularity_power: float = hyperparameter(
        0.5,
        low=0.0,
        high=2.0,
        help="Weight of the log-popularity in the scores; larger favours popular "
        "items. 1: makes up for negatives that are drawn by popularity.",
    )
    item_offsets_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32 biases; NaN for items without interactions."""
    fold_in_: np.ndarray = field(init=False, repr=False)
    """(embedding_size, embedding_size) float32, from the mean of items to the user."""

    def _fit(self, data: TrainingData) -> None:
        from ._bpr_solver import fold_in_map, ranking_factors

        self._learn_recency(data)
        taken = data.interactions.user_items()  # (n_users, n_items)
        users, factors, offsets = ranking_factors(
            taken,
            embedding_size=self.embedding_size,
            learning_rate=self.learning_rate,
            regularization=self.regularization,
            epochs=self.epochs,
            options=data.options,
        )
        counts = column_counts(taken)
        # Drawing negatives by popularity takes the log-popularity off every bias.
        offsets += np.float32(self.popularity_power) * np.log(np.maximum(counts, 1))
        factors[counts == 0], offsets[counts == 0] = 0, np.nan
        self.item_factors_, self.item_offsets_ = factors, offsets
        queries = self._query_matrix(data.interactions.histories())
        self.fold_in_ = fold_in_map(queries, users, factors)

    def _to_users(self, vectors: np.ndarray) -> np.ndarray:
        users: np.ndarray = vectors @ self.fold_in_
        return users

    def _adjust(self, scores: np.ndarray, queries: csr_array) -> None:
        scores += self.item_offsets_

    def _query_matrix(self, histories: Histories) -> csr_array:
        """Return (n_queries, n_items): weights that sum to one over each history."""
        queries = super()._query_matrix(histories)
        lengths = np.diff(queries.indptr)
        sums = np.asarray(queries.sum(axis=1)).ravel()
        queries.data = queries.data / np.repeat(np.maximum(sums, 1e-9), lengths)
        return queries
