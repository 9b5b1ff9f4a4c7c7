"""Items that complement a basket."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories, TrainingData, basket_codes
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.sparse import binary
from django_recsys.learning.recommender import Recommender

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from ._co_occurrence import Baskets, Pairs


MEASURES = ("lift", "confidence", "support")


@dataclass(kw_only=True, eq=False)
class BoughtTogether(Recommender):
    """Items that share baskets more often than chance.

    Pass a basket as the history: ``recommend([""], histories=[basket])``. A pair counts
    only if enough different customers bought it, so that no user's purchases are
    revealed, and if its log-likelihood ratio (Dunning 1993) is beyond chance. Where
    kinds are known only purchases count.
    """

    name: ClassVar[str] = "bought_together"
    class_capabilities: ClassVar[Capabilities] = Capabilities(
        task="baskets",
        handles_new_users=True,
        has_similar_items=True,
        stores_neighbors=True,
        can_explain=True,
    )
    array_names: ClassVar[tuple[str, ...]] = ("weights_",)

    measure: str = hyperparameter(
        "lift",
        choices=MEASURES,
        help="Score of a pair: lift (how much more often than by chance), confidence "
        "(share of the first item's baskets that hold the second) or support "
        "(baskets that hold both).",
    )
    fewest_customers: int = hyperparameter(
        3,
        low=3,
        high=10_000,
        help="Minimum number of different customers of a pair; larger shows fewer "
        "pairs.",
        searched=False,
    )
    significance: float = hyperparameter(
        10.83,
        low=0.0,
        high=1e6,
        help="Minimum log-likelihood ratio of a pair; larger shows fewer pairs. "
        "10.83: p = 0.001.",
    )
    shrinkage: float = hyperparameter(
        5.0,
        low=0.0,
        high=1e6,
        help="Shrinkage of the score, in baskets; larger prefers frequent pairs.",
    )
    neighbors: int = hyperparameter(
        100, low=1, high=2000, help="Number of pairs kept per item."
    )
    largest_basket: int = hyperparameter(
        200,
        low=2,
        high=5000,
        help="Maximum number of different items of a basket; larger baskets are left "
        "out.",
    )

    weights_: csr_array = field(init=False, repr=False)
    """(n_items, n_items): from an item of the basket to the item scored."""

    def _fit(self, data: TrainingData) -> None:
        interactions = data.interactions
        from ._co_occurrence import count_pairs, gather_baskets

        if "purchase" in interactions.kind_names:
            interactions = interactions.select(interactions.is_kind("purchase"))
        size = len(interactions.items)
        if not len(interactions):
            self.weights_ = _sparse(size, *np.empty((3, 0)))
            return
        baskets = gather_baskets(
            basket_codes(interactions),
            interactions.item_indices,
            interactions.user_indices,
            self.largest_basket,
        )
        self.weights_ = self._weigh(
            baskets, count_pairs(baskets, self.fewest_customers), size
        )

    def _weigh(self, baskets: Baskets, pairs: Pairs, size: int) -> csr_array:
        from ._co_occurrence import log_likelihood_ratio

        total = baskets.total()
        counts = baskets.item_counts(size)
        first, second = counts[pairs.first], counts[pairs.second]
        expected = first * second / max(total, 1)
        ratio = log_likelihood_ratio(pairs.baskets, first, second, total)
        among = {"lift": expected, "confidence": first, "support": total}[self.measure]
        scores = pairs.baskets / (among + self.shrinkage)
        kept = (pairs.baskets > expected) & (ratio >= self.significance)
        best = _largest_of_each(pairs.first[kept], scores[kept], self.neighbors)
        columns = (pairs.first[kept], pairs.second[kept], scores[kept])
        return _sparse(size, *(column[best] for column in columns))

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        scores = (self._query_matrix(histories) @ self.weights_).toarray()
        return np.where(scores > 0, scores, np.nan)

    def _similarities(self, item_indices: np.ndarray) -> csr_array:
        return self.weights_[item_indices]

    def _query_matrix(self, histories: Histories) -> csr_array:
        return binary(histories.matrix())

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        weights = self.weights_[queries.indices[entries], targets]
        return np.asarray(weights, dtype=np.float32).ravel()


def _largest_of_each(owners: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    """Return positions of the n largest values of each owner; owners are sorted."""
    order = np.lexsort((-values, owners))
    first = np.searchsorted(owners, owners[order])
    return np.sort(order[np.arange(len(order)) - first < n])


def _sparse(
    size: int, rows: np.ndarray, columns: np.ndarray, values: np.ndarray
) -> csr_array:
    from scipy.sparse import coo_array

    cells = (values.astype(np.float32), (rows.astype(int), columns.astype(int)))
    return coo_array(cells, shape=(size, size)).tocsr()
