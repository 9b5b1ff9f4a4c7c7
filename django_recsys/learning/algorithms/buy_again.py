"""Items that a user bought before and is likely to buy again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories, TrainingData
from django_recsys.learning.data.preparation import SECONDS_PER_DAY
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.sparse import row_indices
from django_recsys.learning.recommender import Recommender

if TYPE_CHECKING:
    from scipy.sparse import csr_array

TIE_BREAKER = np.float32(1e-3)  # popularity decides only between equal scores
HISTORIES_AT_A_TIME = 1 << 14
PRIOR_BUYERS = 5.0  # weight of the shop's repeat share in that of an item


@dataclass(kw_only=True, eq=False)
class BuyAgain(Recommender):
    """A user's purchases of an item, faded by age, plus the item's repeat share.

    The share of an item's buyers who bought it again makes up for short histories, as
    the prior does in Bhagat and others 2018. Only items of the history are ranked: pass
    ``exclude_seen=False``. Where kinds are known, only purchases count; rows of one
    item at one moment are one purchase.
    """

    name: ClassVar[str] = "buy_again"
    class_capabilities: ClassVar[Capabilities] = Capabilities(
        task="any-items", handles_new_users=True, can_explain=True
    )
    array_names: ClassVar[tuple[str, ...]] = (
        "popularity_",
        "repeat_share_",
        "purchase_kind_",
    )

    half_life_days: float = hyperparameter(
        120.0,
        low=0.01,
        high=10_000,
        help="Half-life of a purchase, in days; larger means slower decay.",
    )
    repeat_weight: float = hyperparameter(
        3.0,
        low=0.0,
        high=1000.0,
        help="Weight of an item's repeat rate, in purchases; larger favours items "
        "that are often bought again.",
    )

    popularity_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, share of users, from 0 to 1."""
    repeat_share_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, share of its buyers who bought it again, from 0 to 1."""
    purchase_kind_: np.ndarray = field(init=False, repr=False)
    """() int64: the code of purchases in histories, -1 where kinds are unknown."""

    def _fit(self, data: TrainingData) -> None:
        interactions = data.interactions
        counts = interactions.item_counts()
        self.popularity_ = (counts / interactions.user_count()).astype(np.float32)
        names = interactions.kind_names
        known = "purchase" in names
        self.purchase_kind_ = np.array(names.index("purchase") if known else -1)
        self.repeat_share_ = self._learned_share(interactions.histories())

    def _learned_share(self, histories: Histories) -> np.ndarray:
        buyers, repeat_buyers = np.zeros((2, histories.n_items), dtype=np.int64)
        for at in range(0, len(histories), HISTORIES_AT_A_TIME):
            some = histories.select(slice(at, at + HISTORIES_AT_A_TIME))
            times = some.matrix(self._is_purchase(some))
            for fewest, counts in ((0, buyers), (1, repeat_buyers)):
                items = times.indices[times.data > fewest]
                counts += np.bincount(items, minlength=len(counts))
        prior = repeat_buyers.sum() / max(buyers.sum(), 1)
        share: np.ndarray = repeat_buyers + PRIOR_BUYERS * prior
        share /= buyers + PRIOR_BUYERS
        return share.astype(np.float32)

    def _is_purchase(self, histories: Histories) -> np.ndarray:
        """Return (n_rows,) bool: purchases, those of one item at one moment once."""
        counts = np.ones(len(histories.item_indices), dtype=bool)
        if histories.kinds is not None and self.purchase_kind_ >= 0:
            counts = histories.kinds == self.purchase_kind_
        if histories.timestamps is None:
            return counts
        pairs = histories.owners.astype(np.int64) * histories.n_items
        pairs += histories.item_indices
        pairs[~counts] = -1
        # Stable, so rows of a pair stay in order of time.
        order = np.argsort(pairs, kind="stable")
        same_pair = np.diff(pairs[order], prepend=-1) == 0
        same_moment = np.diff(histories.timestamps[order], prepend=np.nan) == 0
        counts[order[same_pair & same_moment]] = False
        return counts

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        queries = self._query_matrix(histories)
        scores = np.full(queries.shape, np.nan, dtype=np.float32)
        tie_breaker = TIE_BREAKER * self.popularity_[queries.indices]
        scores[row_indices(queries), queries.indices] = queries.data * (1 + tie_breaker)
        return scores

    def _query_matrix(self, histories: Histories) -> csr_array:
        """Return (n_queries, n_items): faded purchases plus weighted repeat share."""
        weights = self._is_purchase(histories).astype(np.float64)
        if histories.timestamps is not None:
            # From the user's own newest row: the order is the same as from today.
            newest = histories.timestamps[histories.starts[1:][histories.owners] - 1]
            ages = (newest - histories.timestamps) / SECONDS_PER_DAY
            weights *= 0.5 ** (ages / self.half_life_days)
        queries = histories.matrix(weights)
        queries.eliminate_zeros()
        queries.data += self.repeat_weight * self.repeat_share_[queries.indices]
        return queries

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        own = queries.indices[entries] == targets
        return np.where(own, queries.data[entries], np.float32(0))
