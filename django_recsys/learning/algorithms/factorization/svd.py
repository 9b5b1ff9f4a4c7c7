"""The directions in which people's taste varies most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

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
from django_recsys.learning.exceptions import DataError, NotFittedError
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.vectors import cosines
from django_recsys.learning.recommender import (
    DEFAULT_OPTIONS,
    Recommender,
    TrainingOptions,
)

from .embedding_size import BY_USERS, embedding_size_for
from .ratings import RatingModel

if TYPE_CHECKING:
    from scipy.sparse import csr_array

FEWEST_NUMBERS = 128


@dataclass(kw_only=True, eq=False)
class SVD(Recommender):
    """Pure SVD (Cremonesi 2010), items scaled by popularity (Nikolakopoulos 2019).

    Explicit ratings are foretold by a model of their own, for what ranks best is not
    what comes closest to the stars: ``fit_ratings``, then ``predict_ratings``.
    """

    name: ClassVar[str] = "svd"
    handles_new_users: ClassVar[bool] = True
    has_similar_items: ClassVar[bool] = True
    can_explain: ClassVar[bool] = True
    scores_in_threads: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = ("item_factors_", "recency_", "trend_")

    embedding_size: int = hyperparameter(
        BY_USERS,
        low=BY_USERS,
        high=1024,
        help="Numbers kept per item; -1: one per 64 users, 128 to 256.",
    )
    popularity_scaling: float = hyperparameter(
        0.5,
        low=0.0,
        high=1.0,
        help="1 leaves popular items their weight, 0 takes it all.",
    )
    epochs: int = hyperparameter(4, low=1, high=100, help="Power iterations.")
    recency: float = recency_hyperparameter()
    trend: float = trend_hyperparameter()

    item_factors_: np.ndarray = field(init=False, repr=False)
    """(n_items, embedding_size) float32; zero for items that nobody took."""
    recency_: np.ndarray = field(init=False, repr=False)  # () float64
    trend_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, what the scores of each item are multiplied by."""
    ratings_: RatingModel = field(init=False, repr=False)
    """Biases and factors of users and items; no part of an artifact."""

    def _fit(
        self,
        interactions: Interactions,
        *,
        items: Any,
        edges: Any,
        validation: Interactions | None,
        options: TrainingOptions,
    ) -> None:
        from ._truncated_svd import item_directions

        self.recency_ = learned_recency(self.recency, interactions, options.seed)
        self.trend_ = learned_trend(
            self.trend, interactions, options.seed, of_factors=True
        )
        taken = interactions.user_items()
        counts = np.bincount(taken.indices, minlength=taken.shape[1])
        scale = np.maximum(counts, 1) ** ((self.popularity_scaling - 1) / 2)
        taken.data = scale[taken.indices].astype(np.float32)
        size = embedding_size_for(
            self.embedding_size, interactions.user_count(), fewest=FEWEST_NUMBERS
        )
        self.item_factors_ = item_directions(taken, size, self.epochs, options.seed)

    def fit_ratings(
        self,
        interactions: Interactions,
        *,
        options: TrainingOptions = DEFAULT_OPTIONS,
    ) -> Self:
        """Learn to foretell ratings from rows as they were recorded, not prepared.

        Raises DataError where there are no ratings that differ.
        """
        self.ratings_ = RatingModel().fit(interactions, options)
        return self

    def predict_ratings(
        self, user_ids: Sequence[str], item_ids: Sequence[str]
    ) -> np.ndarray:
        """Return (n_pairs,) float32: the rating foretold of each user for each item.

        An unknown user or item counts as the usual one. Raises NotFittedError before
        ``fit_ratings``, DataError for lengths that differ.
        """
        if not hasattr(self, "ratings_"):
            raise NotFittedError("svd must learn from ratings first: fit_ratings.")
        if len(user_ids) != len(item_ids):
            raise DataError(f"{len(user_ids)} users, but {len(item_ids)} items.")
        return self.ratings_.predict(
            self.ratings_.user_map_.indices(user_ids),
            self.ratings_.item_map_.indices(item_ids),
        )

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        queries = self._query_matrix(histories)
        scores = (queries @ self.item_factors_) @ self.item_factors_.T
        follow_trend(scores, queries, self.trend_)
        scores[np.diff(queries.indptr) == 0] = np.nan
        scores[:, ~self.item_factors_.any(axis=1)] = np.nan
        result: np.ndarray = scores
        return result

    def _similarities(self, item_indices: np.ndarray) -> np.ndarray:
        return cosines(self.item_factors_, item_indices)

    def _query_matrix(self, histories: Histories) -> csr_array:
        return recent_items(histories, self.recency_)

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        own = self.item_factors_[queries.indices[entries]]
        products = np.einsum("pf,pf->p", own, self.item_factors_[targets])
        shares: np.ndarray = queries.data[entries] * products * self.trend_[targets]
        return shares
