"""EASE solved over items: one matrix of weights between all of them, or a subset."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from django_recsys.learning.numerics.gram import item_weights
from django_recsys.learning.numerics.sparse import column_counts

OUTSIDE = -1


@dataclass(frozen=True, eq=False, kw_only=True)
class OverItems:
    """Weights between the items of a subset; items outside have no score."""

    weights: np.ndarray
    """(n_subset, n_subset) float32, zero diagonal."""
    subset: np.ndarray
    """(n_subset,) int32, sorted item indices; (0,) where all items are in."""
    n_items: int

    @classmethod
    def solve(cls, taken: csr_array, ridge: float, subset: np.ndarray) -> Self:
        """Solve for the items of the subset; taken: (n_users, n_items) binary."""
        some = taken[:, subset] if len(subset) else taken
        return cls(
            weights=item_weights(some, ridge), subset=subset, n_items=taken.shape[1]
        )

    def scores(self, queries: csr_array) -> np.ndarray:
        """Return queries @ B, (n_queries, n_items), NaN outside of the subset."""
        inside = queries[:, self.subset] if len(self.subset) else queries
        return self._widened(inside @ self.weights)

    def similar(self, item_indices: np.ndarray) -> np.ndarray:
        """Return (n_queries, n_items): the positive weights of each item, else NaN."""
        places = self._places[item_indices]
        weights = self.weights[places]
        weights[(places == OUTSIDE)[:, None] | (weights <= 0)] = np.nan
        return self._widened(weights)

    def pair_weights(
        self, sources: np.ndarray, targets: np.ndarray, owners: np.ndarray
    ) -> np.ndarray:
        """Return (n_pairs,) float32: B[source, target], 0 outside of the subset."""
        rows, columns = self._places[sources], self._places[targets]
        is_known = (rows != OUTSIDE) & (columns != OUTSIDE)
        return np.where(is_known, self.weights[rows, columns], np.float32(0))

    @cached_property
    def _places(self) -> np.ndarray:
        """(n_items,) int32: the place of each item in the subset."""
        if not len(self.subset):
            return np.arange(self.n_items, dtype=np.int32)
        places = np.full(self.n_items, OUTSIDE, dtype=np.int32)
        places[self.subset] = np.arange(len(self.subset), dtype=np.int32)
        return places

    def _widened(self, scores: np.ndarray) -> np.ndarray:
        if not len(self.subset):
            return scores
        wide = np.full((len(scores), self.n_items), np.nan, dtype=np.float32)
        wide[:, self.subset] = scores
        return wide


def most_popular(taken: csr_array, most: int) -> np.ndarray:
    """Return the sorted indices, (most,) int32, of the items with the most users.

    Their weights are the most certain and the most often used. (0,) where all items
    stay. taken: (n_users, n_items) binary.
    """
    if not 0 < most < taken.shape[1]:
        return np.zeros(0, dtype=np.int32)
    chosen = np.argsort(-column_counts(taken), kind="stable")[:most]
    return np.sort(chosen).astype(np.int32)
