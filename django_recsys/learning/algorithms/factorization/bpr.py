"""Factors that put what people took before what they did not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal.recency import recent_items
from django_recsys.learning.algorithms.temporal.selection import (
    learned_recency,
    recency_hyperparameter,
)
from django_recsys.learning.data.histories import Histories
from django_recsys.learning.data.interactions import Interactions
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.vectors import cosines
from django_recsys.learning.recommender import Recommender, TrainingOptions

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class BPR(Recommender):
    """Bayesian personalised ranking (Rendle et al. 2009), fitted by implicit.

    People are folded in by the linear map from the mean vector of their items to the
    vector that was learned of them, so nothing about a person is kept. One thread:
    parallel updates would give other factors each time. implicit draws the negatives by
    popularity; as in a sampled softmax (Bengio and Senecal 2008) the logarithm of what
    they are drawn by is added again, in part.
    """

    name: ClassVar[str] = "bpr"
    handles_new_users: ClassVar[bool] = True
    has_similar_items: ClassVar[bool] = True
    can_explain: ClassVar[bool] = True
    scores_in_threads: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = (
        "item_factors_",
        "item_offsets_",
        "fold_in_",
        "recency_",
    )

    embedding_size: int = hyperparameter(
        128, low=1, high=1024, help="Numbers kept per user and item."
    )
    learning_rate: float = hyperparameter(
        0.05, low=1e-5, high=1.0, help="Size of each step."
    )
    regularization: float = hyperparameter(
        0.01, low=0.0, high=10.0, help="Higher resists overfitting."
    )
    epochs: int = hyperparameter(100, low=1, high=5000, help="Passes over the data.")
    popularity_power: float = hyperparameter(
        0.5,
        low=0.0,
        high=2.0,
        help="How much popularity is given back; 1 undoes the draw of the negatives.",
    )
    recency: float = recency_hyperparameter()

    item_factors_: np.ndarray = field(init=False, repr=False)
    """(n_items, embedding_size) float32; zero for items that nobody took."""
    item_offsets_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, liking common to all; NaN for items that nobody took."""
    fold_in_: np.ndarray = field(init=False, repr=False)
    """(embedding_size, embedding_size) float32, from mean of items to person."""
    recency_: np.ndarray = field(init=False, repr=False)  # () float64

    def _fit(
        self,
        interactions: Interactions,
        *,
        items: Any,
        edges: Any,
        validation: Interactions | None,
        options: TrainingOptions,
    ) -> None:
        from ._bpr_solver import fold_in_map, ranking_factors

        self.recency_ = learned_recency(self.recency, interactions, options.seed)
        taken = interactions.user_items()
        users, factors, offsets = ranking_factors(
            taken,
            embedding_size=self.embedding_size,
            learning_rate=self.learning_rate,
            regularization=self.regularization,
            epochs=self.epochs,
            options=options,
        )
        takers = np.bincount(taken.indices, minlength=len(factors))
        # Negatives are drawn as often as items are popular, which takes the logarithm
        # of the popularity off every offset.
        offsets += np.float32(self.popularity_power) * np.log(np.maximum(takers, 1))
        factors[takers == 0], offsets[takers == 0] = 0, np.nan
        self.item_factors_, self.item_offsets_ = factors, offsets
        queries = self._query_matrix(interactions.histories())
        self.fold_in_ = fold_in_map(queries, users, factors)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        queries = self._query_matrix(histories)
        people = (queries @ self.item_factors_) @ self.fold_in_
        scores = people @ self.item_factors_.T + self.item_offsets_
        scores[np.diff(queries.indptr) == 0] = np.nan
        result: np.ndarray = scores
        return result

    def _similarities(self, item_indices: np.ndarray) -> np.ndarray:
        return cosines(self.item_factors_, item_indices)

    def _query_matrix(self, histories: Histories) -> csr_array:
        """Return (n_queries, n_items): weights that sum to one over each history."""
        queries = recent_items(histories, self.recency_)
        lengths = np.diff(queries.indptr)
        sums = np.asarray(queries.sum(axis=1)).ravel()
        queries.data = queries.data / np.repeat(np.maximum(sums, 1e-9), lengths)
        return queries

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        own = self.item_factors_[queries.indices[entries]] @ self.fold_in_
        products = np.einsum("pf,pf->p", own, self.item_factors_[targets])
        shares: np.ndarray = queries.data[entries] * products
        return shares
