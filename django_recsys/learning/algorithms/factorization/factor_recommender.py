"""The base of models with vectors of items and users."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal import RecencyWeighted
from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories
from django_recsys.learning.numerics.vectors import cosines

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class FactorRecommender(RecencyWeighted):
    """Scores are products of an item's vector and the user's.

    A user is the weighted sum of the vectors of the history, mapped by ``_to_users``,
    so no user data are kept. A subclass learns ``item_factors_`` in ``_fit``.
    """

    class_capabilities: ClassVar[Capabilities] = Capabilities(
        handles_new_users=True,
        has_similar_items=True,
        can_explain=True,
        scores_in_threads=True,
    )

    item_factors_: np.ndarray = field(init=False, repr=False)
    """(n_items, embedding_size) float32; zero for unknown items."""

    def _user_factors(self, queries: csr_array) -> np.ndarray:
        """Return (n_queries, embedding_size)."""
        return self._to_users(queries @ self.item_factors_)

    def _to_users(self, vectors: np.ndarray) -> np.ndarray:
        """Return (n, embedding_size): users from sums of item vectors."""
        return vectors

    def _adjust(self, scores: np.ndarray, queries: csr_array) -> None:
        """Adjust the scores in place, by biases or trends of items."""

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        queries = self._query_matrix(histories)
        scores = self._user_factors(queries) @ self.item_factors_.T
        self._adjust(scores, queries)
        scores[np.diff(queries.indptr) == 0] = np.nan
        scores[:, self._without_vector()] = np.nan
        result: np.ndarray = scores
        return result

    def _without_vector(self) -> np.ndarray:
        """Return the indices of the items at zero, cached per array."""
        found = vars(self).get("_zero_items")
        if found is None or found[0] is not self.item_factors_:
            zero = np.flatnonzero(~self.item_factors_.any(axis=1))
            found = self._zero_items = (self.item_factors_, zero)
        indices: np.ndarray = found[1]
        return indices

    def _similarities(self, item_indices: np.ndarray) -> np.ndarray:
        return cosines(self.item_factors_, item_indices)

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        own = self._to_users(self.item_factors_[queries.indices[entries]])
        products = np.einsum("pf,pf->p", own, self.item_factors_[targets])
        shares: np.ndarray = queries.data[entries] * products
        return shares
