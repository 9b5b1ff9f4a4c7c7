"""EASE solved over users: exact as well, and smaller where users are fewer than items.

P = (I - X' K^-1 X) / r with K = XX' + r I, so B = X' K^-1 X / (r diag P).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from scipy.linalg import blas
from scipy.sparse import csr_array

from django_recsys.learning.numerics.gram import inverse_gram
from django_recsys.learning.numerics.sparse import column_counts, row_indices
from django_recsys.learning.numerics.threads import available_cores

ROWS_PER_BLOCK = 4096
CANDIDATES = 50


@dataclass(frozen=True, eq=False, kw_only=True)
class OverUsers:
    """The binary interactions, and the inverse Gram matrix of users."""

    inverse: np.ndarray
    """K^-1, (n_users, n_users) float32."""
    taken: csr_array
    """X, (n_users, n_items) binary."""
    scale: np.ndarray
    """(n_items,) float32, what a column of X' K^-1 X is multiplied by."""

    @classmethod
    def solve(cls, taken: csr_array, ridge: float) -> Self:
        """Solve for all items; taken: (n_users, n_items) binary."""
        by_item = taken.T.tocsr()
        inverse = inverse_gram(by_item, ridge)
        remainder = np.ones(taken.shape[1], dtype=np.float32)
        for at in range(0, len(remainder), ROWS_PER_BLOCK):
            block = by_item[at : at + ROWS_PER_BLOCK]
            projected = block @ inverse
            rows = row_indices(block)
            own = projected[rows, block.indices]
            remainder[at : at + block.shape[0]] -= np.bincount(
                rows, own, minlength=block.shape[0]
            )
        scale = 1 / np.maximum(remainder, np.float32(1e-6))
        return cls(inverse=inverse, taken=taken, scale=scale)

    def scores(self, queries: csr_array) -> np.ndarray:
        """Return queries @ B, (n_queries, n_items)."""
        scores = np.ascontiguousarray((self._by_item @ self._by_user(queries).T).T)
        # The diagonal of B is zero, that of the product is not.
        own = (1 - 1 / self.scale)[queries.indices]
        scores[row_indices(queries), queries.indices] -= queries.data * own
        scores *= self.scale
        return scores

    def similar(self, item_indices: np.ndarray) -> csr_array:
        """Return (n_queries, n_items): weights of the items that share most users.

        Weights between all pairs would take minutes over tens of thousands of items.
        """
        rows = self._candidates[item_indices]
        to_users = self._by_item[item_indices] @ self.inverse
        owners = row_indices(rows)
        lengths = np.diff(self._by_item.indptr)[rows.indices]
        ends = np.cumsum(lengths)
        first = self._by_item.indptr[rows.indices] - (ends - lengths)
        positions = np.repeat(first, lengths) + np.arange(ends[-1] if len(ends) else 0)
        users = self._by_item.indices[positions]
        cells = to_users[np.repeat(owners, lengths), users]
        # Every candidate has users, so no segment is empty.
        sums = np.add.reduceat(cells, ends - lengths) if len(ends) else cells
        return csr_array(
            (sums * self.scale[rows.indices], rows.indices, rows.indptr),
            shape=rows.shape,
        )

    def pair_weights(
        self, sources: np.ndarray, targets: np.ndarray, owners: np.ndarray
    ) -> np.ndarray:
        """Return (n_pairs,) float32: B[source, target].

        owners: (n_pairs,), never decreasing; one small product serves each owner.
        """
        weights = np.empty(len(sources), dtype=np.float32)
        distinct, positions = np.unique(targets, return_inverse=True)
        to_users = np.ascontiguousarray(self._by_item[distinct] @ self.inverse)
        edges = np.flatnonzero(np.diff(owners, prepend=-1, append=-1))
        for first, end in zip(edges[:-1], edges[1:], strict=True):
            items, row = np.unique(sources[first:end], return_inverse=True)
            chosen, column = np.unique(positions[first:end], return_inverse=True)
            users = np.ascontiguousarray(to_users[chosen].T)
            weights[first:end] = (self._by_item[items] @ users)[row, column]
        weights *= self.scale[targets]
        weights[sources == targets] = 0
        return weights

    @cached_property
    def _by_item(self) -> csr_array:
        return self.taken.T.tocsr()

    @cached_property
    def _candidates(self) -> csr_array:
        """(n_items, n_items): the nearest items of each, by cosine."""
        from django_recsys.learning.algorithms.neighborhood.nearest import nearest

        weighted = self.taken.copy()
        scale = 1 / np.sqrt(column_counts(self.taken) + 1.0)
        weighted.data = scale[self.taken.indices]
        return nearest(weighted, CANDIDATES, available_cores())

    def _by_user(self, queries: csr_array) -> np.ndarray:
        """Return queries @ X' K^-1, (n_queries, n_users)."""
        shared = (queries @ self._by_item).toarray()
        if len(shared) > 1:
            product: np.ndarray = shared @ self.inverse
            return product
        # For one query the cost is reading K^-1: it is symmetric, half is enough.
        half: np.ndarray = blas.ssymv(1.0, self.inverse.T, shared[0], lower=1)
        return half[None]
