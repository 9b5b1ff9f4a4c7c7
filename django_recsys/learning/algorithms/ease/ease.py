"""Item-to-item weights in closed form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal import TrendWeighted, follow_trend
from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories, TrainingData
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.sparse import binary

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from .over_items import OverItems
    from .over_users import OverUsers

# The best on validation: 200 at 7 items per user, 500 and more at 50, 1000 at 250.
RIDGE = 70.0


@dataclass(kw_only=True, eq=False)
class EASE(TrendWeighted):
    """Embarrassingly shallow autoencoder (Steck 2019), queries weighted by recency.

    With fewer users than items it is solved over users, which is exact too and takes
    n_users^2 memory instead of n_items^2. Where both are too many, ``most_items``
    confines it to the most popular items. The artifact of the form over users holds the
    binary matrix of users and items, without any user id.
    """

    name: ClassVar[str] = "ease"
    class_capabilities: ClassVar[Capabilities] = Capabilities(
        handles_new_users=True,
        has_similar_items=True,
        can_explain=True,
        scores_in_threads=True,
    )
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
        help="L2 penalty; larger means smoother. -1: chosen from the data (items per "
        "user).",
    )
    most_items: int = hyperparameter(
        0,
        low=0,
        high=1_000_000,
        help="Number of most popular items to fit on. 0: all items.",
    )

    item_weights_: np.ndarray = field(init=False, repr=False)
    """(n_items, n_items) float32, zero diagonal; (0, 0) in the form over users."""
    block_: np.ndarray = field(init=False, repr=False)
    """(n_subset,) int32, the items that ``item_weights_`` is over; (0,) where all."""
    user_inverse_: np.ndarray = field(init=False, repr=False)
    """(n_users, n_users) float32; (0, 0) in the form over items."""
    taken_: csr_array = field(init=False, repr=False)
    """(n_users, n_items) binary interactions; no rows in the form over items."""
    scale_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, of the form over users."""
    ridge_: np.ndarray = field(init=False, repr=False)  # () float64
    _form: OverItems | OverUsers | None = field(init=False, repr=False, default=None)

    def _fit(self, data: TrainingData) -> None:
        from .over_items import OverItems, most_popular
        from .over_users import OverUsers

        self._learn_recency_and_trend(data)
        taken = binary(data.interactions.user_items())
        taken = taken[np.diff(taken.indptr) > 0]
        self.ridge_ = self._learned_ridge(taken)
        ridge = float(self.ridge_)
        subset = most_popular(taken, self.most_items)
        if not len(subset) and taken.shape[0] < taken.shape[1]:
            self._keep(OverUsers.solve(taken, ridge))
        else:
            self._keep(OverItems.solve(taken, ridge, subset))

    def _learned_ridge(self, taken: csr_array) -> np.ndarray:
        if self.regularization >= 0:
            return np.array(self.regularization)
        items_per_user = taken.nnz / taken.shape[0]
        return np.array(RIDGE * items_per_user**0.5)

    def _keep(self, form: OverItems | OverUsers) -> None:
        from scipy.sparse import csr_array

        from .over_users import OverUsers

        if isinstance(form, OverUsers):
            self.item_weights_ = np.zeros((0, 0), dtype=np.float32)
            self.block_ = np.zeros(0, dtype=np.int32)
            self.user_inverse_, self.taken_ = form.inverse, form.taken
            self.scale_ = form.scale
        else:
            self.item_weights_, self.block_ = form.weights, form.subset
            self.user_inverse_ = np.zeros((0, 0), dtype=np.float32)
            self.taken_ = csr_array((0, form.n_items), dtype=np.float32)
            self.scale_ = np.ones(form.n_items, dtype=np.float32)
        self._form = form

    @property
    def form(self) -> OverItems | OverUsers:
        """The weights in the form in which they were solved or loaded."""
        from .over_items import OverItems
        from .over_users import OverUsers

        if self._form is None and len(self.user_inverse_):
            self._form = OverUsers(
                inverse=self.user_inverse_, taken=self.taken_, scale=self.scale_
            )
        elif self._form is None:
            self._form = OverItems(
                weights=self.item_weights_, subset=self.block_, n_items=len(self.items_)
            )
        return self._form

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        queries = self._query_matrix(histories)
        scores = self.form.scores(queries)
        follow_trend(scores, queries, self.trend_)
        scores[np.diff(queries.indptr) == 0] = np.nan
        return scores

    def _similarities(self, item_indices: np.ndarray) -> np.ndarray | csr_array:
        return self.form.similar(item_indices)

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        owners = np.searchsorted(queries.indptr, entries, side="right")
        weights = self.form.pair_weights(queries.indices[entries], targets, owners)
        shares: np.ndarray = queries.data[entries] * weights * self.trend_[targets]
        return shares
