"""Items that the same people took."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .base import Recommender, TrainingOptions
from .histories import Histories
from .hyperparameters import hyperparameter
from .interactions import Interactions
from .recency import learned_recency, recency_hyperparameter, recent_items

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class ItemKNN(Recommender):
    """Item-based neighbourhoods by shrunken cosine (Sarwar et al. 2001).

    An item is scored by its own neighbours, so that a popular item cannot enter
    every list as everybody's neighbour.
    """

    name: ClassVar[str] = "item_knn"
    handles_new_users: ClassVar[bool] = True
    has_similar_items: ClassVar[bool] = True
    stores_neighbors: ClassVar[bool] = True
    can_explain: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = ("weights_", "recency_")

    neighbors: int = hyperparameter(
        50, low=1, high=2000, help="Neighbours kept per item."
    )
    shrinkage: float = hyperparameter(
        30.0, low=0.0, high=1e5, help="Higher trusts items of few users less."
    )
    recency: float = recency_hyperparameter()

    weights_: csr_array = field(init=False, repr=False)
    """(n_items, n_items): from an item of the history to the item scored."""
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
        from ._neighbors import nearest

        self.recency_ = learned_recency(self.recency, interactions, options.seed)
        taken = interactions.user_items()
        taken.data[:] = 1
        counts = np.bincount(taken.indices, minlength=taken.shape[1])
        norms = np.sqrt(counts + np.float32(self.shrinkage))
        taken.data /= norms[taken.indices].astype(np.float32)
        neighbours = nearest(taken, self.neighbors, options.threads)
        self.weights_ = neighbours.T.tocsr()

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        scores = (self._query_matrix(histories) @ self.weights_).toarray()
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
        return shares
