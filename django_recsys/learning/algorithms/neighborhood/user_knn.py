"""Items of similar users."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal import TrendWeighted, follow_trend
from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories, TrainingData
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.sparse import column_counts

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class UserKNN(TrendWeighted):
    """User-based neighbourhoods (Resnick et al. 1994; Breese et al. 1998).

    Neighbours are found from the history at query time, so new users are handled and no
    matrix between users is held. The artifact holds the binary matrix of users and
    items, without any user id.
    """

    name: ClassVar[str] = "user_knn"
    class_capabilities: ClassVar[Capabilities] = Capabilities(handles_new_users=True)
    array_names: ClassVar[tuple[str, ...]] = (
        "taken_",
        "profiles_",
        "sizes_",
        "rarity_",
        "recency_",
        "trend_",
    )

    neighbors: int = hyperparameter(
        100, low=1, high=5000, help="Number of similar users."
    )
    similarity: str = hyperparameter(
        "cosine",
        choices=("cosine", "jaccard"),
        help="Similarity of two users by the items they share.",
    )
    popularity_power: float = hyperparameter(
        0.25,
        low=0.0,
        high=1.0,
        help="Power of the popularity penalty; larger gives shared popular items "
        "less weight.",
    )
    activity_power: float = hyperparameter(
        0.25,
        low=0.0,
        high=1.0,
        help="Power of the activity penalty; larger gives users of many items less "
        "weight.",
    )
    taken_: csr_array = field(init=False, repr=False)
    """(n_users, n_items) float32: weight of each user for each item."""
    profiles_: csr_array = field(init=False, repr=False)
    """(n_items, n_users) float32: weight of each user's interaction with an item."""
    sizes_: np.ndarray = field(init=False, repr=False)
    """(n_users,) float32: squared lengths of the columns of profiles."""
    rarity_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32: weight of sharing the item."""

    def _fit(self, data: TrainingData) -> None:
        self._learn_recency_and_trend(data)
        taken = data.interactions.user_items()
        # Without empty rows, so that positions do not reveal users' ids.
        taken = taken[np.flatnonzero(np.diff(taken.indptr))]
        lengths = np.diff(taken.indptr)
        counts = column_counts(taken)
        rarity = np.maximum(counts, 1) ** -self.popularity_power
        self.rarity_ = rarity.astype(np.float32)
        profiles = taken.copy()
        profiles.data = self.rarity_[taken.indices]
        self.sizes_ = np.add.reduceat(profiles.data**2, taken.indptr[:-1])
        self.profiles_ = profiles.T.tocsr()
        weights = np.repeat(lengths**-self.activity_power, lengths)
        taken.data = weights.astype(np.float32)
        self.taken_ = taken

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        from django_recsys.learning.numerics.sparse import largest_of_each_row

        queries = self._query_matrix(histories)
        queries.data = queries.data * self.rarity_[queries.indices]
        neighbors = largest_of_each_row(self._similarity_to(queries), self.neighbors)
        scores = (neighbors @ self.taken_).toarray()
        follow_trend(scores, queries, self.trend_)
        return np.where(scores > 0, scores, np.nan)

    def _similarity_to(self, queries: csr_array) -> csr_array:
        """Return (n_queries, n_users): the similarity to each user of the fit."""
        shared = queries @ self.profiles_
        sizes = self.sizes_[shared.indices]
        if self.similarity == "cosine":
            # The length of the query is the same for all users.
            shared.data /= np.sqrt(sizes)
            return shared
        own = np.asarray(queries.multiply(queries).sum(axis=1)).ravel()
        either = np.repeat(own, np.diff(shared.indptr)) + sizes - shared.data
        shared.data = (shared.data / np.maximum(either, 1e-12)).astype(np.float32)
        return shared
