"""What a person bought before and is likely to buy again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .base import Recommender, Task, TrainingOptions
from .histories import Histories
from .hyperparameters import hyperparameter
from .interactions import Interactions
from .preparation import SECONDS_PER_DAY

if TYPE_CHECKING:
    from scipy.sparse import csr_array

TIE_BREAKER = np.float32(1e-3)  # popularity decides only between equal habits


@dataclass(kw_only=True, eq=False)
class BuyAgain(Recommender):
    """Personal frequency with recency: the most honest model of a full pantry.

    Only what the history holds is ranked, so ask with ``exclude_seen=False``. Where
    kinds are known, only purchases count.
    """

    name: ClassVar[str] = "buy_again"
    task: ClassVar[Task] = "any-items"
    handles_new_users: ClassVar[bool] = True
    can_explain: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = ("popularity_", "purchase_kind_")

    half_life_days: float = hyperparameter(
        120.0, low=0.01, high=10_000, help="Days after which a purchase counts half."
    )

    popularity_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, share of users, from 0 to 1."""
    purchase_kind_: np.ndarray = field(init=False, repr=False)
    """() int64: the code of purchases in histories, -1 where kinds are unknown."""

    def _fit(
        self,
        interactions: Interactions,
        *,
        items: Any,
        edges: Any,
        validation: Interactions | None,
        options: TrainingOptions,
    ) -> None:
        counts = interactions.item_counts()
        self.popularity_ = (counts / interactions.user_count()).astype(np.float32)
        names = interactions.kind_names
        known = "purchase" in names
        self.purchase_kind_ = np.array(names.index("purchase") if known else -1)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        habits = self._query_matrix(histories)
        scores = np.full(habits.shape, np.nan, dtype=np.float32)
        rows = np.repeat(np.arange(len(histories)), np.diff(habits.indptr))
        tie_breaker = TIE_BREAKER * self.popularity_[habits.indices]
        scores[rows, habits.indices] = habits.data * (1 + tie_breaker)
        return scores

    def _query_matrix(self, histories: Histories) -> csr_array:
        """Return (n_queries, n_items): purchases of each item, faded by their age."""
        weights = np.ones(len(histories.item_indices))
        if histories.timestamps is not None:
            # From the person's own newest row: the order is the same as from today.
            newest = histories.timestamps[histories.starts[1:][histories.owners] - 1]
            ages = (newest - histories.timestamps) / SECONDS_PER_DAY
            weights = 0.5 ** (ages / self.half_life_days)
        if histories.kinds is not None and self.purchase_kind_ >= 0:
            weights = weights * (histories.kinds == self.purchase_kind_)
        habits = histories.matrix(weights)
        habits.eliminate_zeros()
        return habits

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        own = queries.indices[entries] == targets
        return np.where(own, queries.data[entries], np.float32(0))
