"""Item-to-item weights in closed form."""

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

ROWS_PER_BLOCK = 4096
CELLS_PER_BLOCK = 1 << 24


@dataclass(kw_only=True, eq=False)
class EASE(Recommender):
    """Embarrassingly shallow autoencoder (Steck 2019), queries weighted by recency.

    With fewer users than items it is solved over users, which is exact too and takes
    n_users^2 memory instead of n_items^2. That form must keep who took what together:
    its artifact holds the binary matrix of users and items, without any user id.
    """

    name: ClassVar[str] = "ease"
    handles_new_users: ClassVar[bool] = True
    has_similar_items: ClassVar[bool] = True
    can_explain: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = (
        "item_weights_",
        "user_inverse_",
        "taken_",
        "scale_",
        "recency_",
    )

    regularization: float = hyperparameter(
        300.0, low=0.01, high=1e6, help="Higher trusts rare pairs of items less."
    )
    recency: float = recency_hyperparameter()

    item_weights_: np.ndarray = field(init=False, repr=False)
    """(n_items, n_items) float32, zero diagonal; (0, 0) in the form over users."""
    user_inverse_: np.ndarray = field(init=False, repr=False)
    """(n_users, n_users) float32; (0, 0) in the form over items."""
    taken_: csr_array = field(init=False, repr=False)
    """(n_users, n_items) binary; no rows in the form over items."""
    scale_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, what a column's raw product is multiplied by."""

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
        self.recency_ = learned_recency(self.recency, interactions, options.seed)
        taken = interactions.user_items()
        taken.data[:] = 1
        taken = taken[np.diff(taken.indptr) > 0]
        if taken.shape[0] < taken.shape[1]:
            self._solve_over_users(taken)
        else:
            self._solve_over_items(taken)

    def _solve_over_items(self, taken: csr_array) -> None:
        from ._gram import gram, invert

        inverse = invert(gram(taken, self.regularization))
        # The inverse is symmetric: as its own transpose it lies in C order.
        weights = inverse.T
        weights /= -np.diag(inverse).copy()
        np.fill_diagonal(weights, 0)
        self.item_weights_ = weights
        self.user_inverse_ = np.zeros((0, 0), dtype=np.float32)
        self.taken_ = taken[:0]
        self.scale_ = np.ones(taken.shape[1], dtype=np.float32)

    def _solve_over_users(self, taken: csr_array) -> None:
        """P = (I - X' K^-1 X) / r with K = XX' + r I, so B = X' K^-1 X / (r diag P)."""
        from ._gram import gram, invert

        self.taken_ = taken
        self.user_inverse_ = invert(gram(taken.T.tocsr(), self.regularization))
        by_item = taken.T.tocsr()
        remainder = np.ones(taken.shape[1], dtype=np.float32)
        for at in range(0, len(remainder), ROWS_PER_BLOCK):
            block = by_item[at : at + ROWS_PER_BLOCK]
            projected = block @ self.user_inverse_
            rows = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
            own = projected[rows, block.indices]
            remainder[at : at + block.shape[0]] -= np.bincount(
                rows, own, minlength=block.shape[0]
            )
        self.scale_ = 1 / np.maximum(remainder, np.float32(1e-6))
        self.item_weights_ = np.zeros((0, 0), dtype=np.float32)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        return self._weigh(self._query_matrix(histories))

    def _similarities(self, item_indices: np.ndarray) -> np.ndarray:
        from scipy.sparse import csr_array

        starts = np.arange(len(item_indices) + 1)
        ones = np.ones(len(item_indices), dtype=np.float32)
        shape = (len(item_indices), len(self.scale_))
        scores = self._weigh(csr_array((ones, item_indices, starts), shape=shape))
        return np.where(scores > 0, scores, np.nan)

    def _weigh(self, queries: csr_array) -> np.ndarray:
        """Return queries @ B, (n_queries, n_items); NaN for those without history."""
        if len(self.item_weights_):
            scores = queries @ self.item_weights_
        else:
            by_user = (queries @ self.taken_.T).toarray() @ self.user_inverse_
            scores = np.ascontiguousarray((self.taken_.T @ by_user.T).T)
            # The diagonal of B is zero, that of the product is not.
            rows = np.repeat(np.arange(len(scores)), np.diff(queries.indptr))
            own = (1 - 1 / self.scale_)[queries.indices]
            scores[rows, queries.indices] -= queries.data * own
            scores *= self.scale_
        scores[np.diff(queries.indptr) == 0] = np.nan
        result: np.ndarray = scores
        return result

    def _query_matrix(self, histories: Histories) -> csr_array:
        return recent_items(histories, self.recency_)

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        sources = queries.indices[entries]
        if len(self.item_weights_):
            weights = self.item_weights_[sources, targets]
        else:
            weights = self._pair_weights(sources, targets)
        shares: np.ndarray = queries.data[entries] * weights
        return shares

    def _pair_weights(self, sources: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return B[source, target] of the form over users, by blocks of targets."""
        weights = np.empty(len(sources), dtype=np.float32)
        distinct, column = np.unique(targets, return_inverse=True)
        by_item = self.taken_.T.tocsr()
        step = max(1, CELLS_PER_BLOCK // len(self.scale_))
        order = np.argsort(column, kind="stable")
        edges = np.searchsorted(column[order], np.arange(0, len(distinct) + step, step))
        for number, at in enumerate(range(0, len(distinct), step)):
            block = distinct[at : at + step]
            to_users = (by_item[block] @ self.user_inverse_).T
            product = by_item @ np.ascontiguousarray(to_users)
            pairs = order[edges[number] : edges[number + 1]]
            found = product[sources[pairs], column[pairs] - at]
            weights[pairs] = found * self.scale_[targets[pairs]]
        weights[sources == targets] = 0
        return weights
