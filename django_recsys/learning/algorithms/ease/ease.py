"""Item-to-item weights in closed form."""

from __future__ import annotations

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
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.threads import available_cores
from django_recsys.learning.recommender import Recommender, TrainingOptions

if TYPE_CHECKING:
    from scipy.sparse import csr_array

ROWS_PER_BLOCK = 4096
# The best on validation: 200 at 7 items per user, 500 and more at 50, 1000 at 250.
RIDGE = 70.0


@dataclass(kw_only=True, eq=False)
class EASE(Recommender):
    """Embarrassingly shallow autoencoder (Steck 2019), queries weighted by recency.

    With fewer users than items it is solved over users, which is exact too and takes
    n_users^2 memory instead of n_items^2. Where both are too many, ``most_items``
    confines it to the items that most people took. The form over users must keep who
    took what together: its artifact holds the binary matrix of users and items,
    without any user id.
    """

    name: ClassVar[str] = "ease"
    handles_new_users: ClassVar[bool] = True
    has_similar_items: ClassVar[bool] = True
    can_explain: ClassVar[bool] = True
    scores_in_threads: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = (
        "item_weights_",
        "user_inverse_",
        "taken_",
        "scale_",
        "ridge_",
        "recency_",
        "trend_",
        "block_",
    )

    regularization: float = hyperparameter(
        -1.0,
        low=-1.0,
        high=1e6,
        help="Higher trusts rare pairs of items less; "
        "-1: by the number of items per user.",
    )
    recency: float = recency_hyperparameter()
    trend: float = trend_hyperparameter()
    most_items: int = hyperparameter(
        0,
        low=0,
        high=1_000_000,
        help="Learns about so many of the most taken items only; 0: about all.",
    )

    item_weights_: np.ndarray = field(init=False, repr=False)
    """(n_items, n_items) float32, zero diagonal; (0, 0) in the form over users."""
    block_: np.ndarray = field(init=False, repr=False)
    """(n_block,) int32, the items that ``item_weights_`` is over; (0,) where all."""
    user_inverse_: np.ndarray = field(init=False, repr=False)
    """(n_users, n_users) float32; (0, 0) in the form over items."""
    taken_: csr_array = field(init=False, repr=False)
    """(n_users, n_items) binary; no rows in the form over items."""
    scale_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, what a column's raw product is multiplied by."""

    trend_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, what the scores of each item are multiplied by."""
    recency_: np.ndarray = field(init=False, repr=False)  # () float64
    ridge_: np.ndarray = field(init=False, repr=False)  # () float64
    _near: csr_array | None = field(init=False, repr=False, default=None)
    _taken_by: csr_array | None = field(init=False, repr=False, default=None)

    def _fit(
        self,
        interactions: Interactions,
        *,
        items: Any,
        edges: Any,
        validation: Interactions | None,
        options: TrainingOptions,
    ) -> None:
        from ._item_subset import most_informative

        self.recency_ = learned_recency(self.recency, interactions, options.seed)
        self.trend_ = learned_trend(self.trend, interactions, options.seed)
        self._near = self._taken_by = None
        taken = interactions.user_items()
        taken.data[:] = 1
        taken = taken[np.diff(taken.indptr) > 0]
        self.ridge_ = self._learned_ridge(taken)
        self.block_ = most_informative(taken, self.most_items)
        if len(self.block_):
            self._solve_over_items(taken[:, self.block_])
        elif taken.shape[0] < taken.shape[1]:
            self._solve_over_users(taken)
        else:
            self._solve_over_items(taken)

    def _learned_ridge(self, taken: csr_array) -> np.ndarray:
        if self.regularization >= 0:
            return np.array(self.regularization)
        items_per_user = taken.nnz / taken.shape[0]
        return np.array(RIDGE * items_per_user**0.5)

    def _solve_over_items(self, taken: csr_array) -> None:
        from django_recsys.learning.numerics.gram import item_weights

        self.item_weights_ = item_weights(taken, float(self.ridge_))
        self.user_inverse_ = np.zeros((0, 0), dtype=np.float32)
        self.taken_ = taken[:0]
        self.scale_ = np.ones(taken.shape[1], dtype=np.float32)

    def _solve_over_users(self, taken: csr_array) -> None:
        """P = (I - X' K^-1 X) / r with K = XX' + r I, so B = X' K^-1 X / (r diag P)."""
        from django_recsys.learning.numerics.gram import inverse_gram

        self.taken_ = taken
        self.user_inverse_ = inverse_gram(taken.T.tocsr(), float(self.ridge_))
        by_item = self._by_item()
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
        queries = self._query_matrix(histories)
        scores = self._weigh(queries)
        follow_trend(scores, queries, self.trend_)
        return scores

    def _similarities(self, item_indices: np.ndarray) -> np.ndarray | csr_array:
        if len(self.block_):
            return self._similarities_in_block(item_indices)
        if len(self.item_weights_):
            scores = self.item_weights_[item_indices]
            return np.where(scores > 0, scores, np.nan)
        from ._dual import candidate_weights, candidates

        if self._near is None:
            self._near = candidates(self.taken_, available_cores())
        weights = candidate_weights(
            item_indices, self._near, self._by_item(), self.user_inverse_
        )
        weights.data *= self.scale_[weights.indices]
        return weights

    def _similarities_in_block(self, item_indices: np.ndarray) -> np.ndarray:
        from ._item_subset import NOWHERE, outside_unknown

        places = self._places()[item_indices]
        scores = self.item_weights_[places]
        scores[(places == NOWHERE)[:, None] | (scores <= 0)] = np.nan
        return outside_unknown(scores, self.block_, len(self.items_))

    def _places(self) -> np.ndarray:
        from ._item_subset import positions

        return positions(self.block_, len(self.items_))

    def _by_item(self) -> csr_array:
        if self._taken_by is None:
            self._taken_by = self.taken_.T.tocsr()
        return self._taken_by

    def _weigh(self, queries: csr_array) -> np.ndarray:
        """Return queries @ B, (n_queries, n_items); NaN for those without history."""
        if len(self.block_):
            from ._item_subset import outside_unknown

            queries = queries[:, self.block_]
            inside = queries @ self.item_weights_
            scores = outside_unknown(inside, self.block_, len(self.items_))
        elif len(self.item_weights_):
            scores = queries @ self.item_weights_
        else:
            by_user = self._by_user(queries)
            scores = np.ascontiguousarray((self._by_item() @ by_user.T).T)
            # The diagonal of B is zero, that of the product is not.
            rows = np.repeat(np.arange(len(scores)), np.diff(queries.indptr))
            own = (1 - 1 / self.scale_)[queries.indices]
            scores[rows, queries.indices] -= queries.data * own
            scores *= self.scale_
        scores[np.diff(queries.indptr) == 0] = np.nan
        result: np.ndarray = scores
        return result

    def _by_user(self, queries: csr_array) -> np.ndarray:
        """Return queries @ X' K^-1, (n_queries, n_users)."""
        shared = (queries @ self._by_item()).toarray()
        if len(shared) > 1:
            product: np.ndarray = shared @ self.user_inverse_
            return product
        from scipy.linalg import blas

        # For one query reading K^-1 is all the work: it is symmetric, half is enough.
        half: np.ndarray = blas.ssymv(1.0, self.user_inverse_.T, shared[0], lower=1)
        return half[None]

    def _query_matrix(self, histories: Histories) -> csr_array:
        return recent_items(histories, self.recency_)

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        sources = queries.indices[entries]
        if len(self.block_):
            places = self._places()
            sources, inside = places[sources], places[targets]
            known = (sources >= 0) & (inside >= 0)
            weights = np.where(known, self.item_weights_[sources, inside], 0)
        elif len(self.item_weights_):
            weights = self.item_weights_[sources, targets]
        else:
            from ._dual import pair_weights

            owners = np.searchsorted(queries.indptr, entries, side="right")
            weights = pair_weights(
                sources, targets, owners, self._by_item(), self.user_inverse_
            )
            weights *= self.scale_[targets]
            weights[sources == targets] = 0
        shares: np.ndarray = queries.data[entries] * weights * self.trend_[targets]
        return shares
