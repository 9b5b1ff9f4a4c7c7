"""Histories of users, oldest interaction first: the queries of a recommender."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from django_recsys.learning.exceptions import DataError
from django_recsys.learning.numerics.sparse import offsets

from .id_map import IdMap

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class Histories:
    """One history per query, oldest interaction first.

    Query q owns the rows ``starts[q]:starts[q + 1]`` of the other arrays.
    """

    starts: np.ndarray
    """(n_queries + 1,) int64, never decreasing, from 0."""
    item_indices: np.ndarray
    """(n_rows,) int32."""
    weights: np.ndarray
    """(n_rows,) float32."""
    n_items: int
    timestamps: np.ndarray | None = None
    """(n_rows,) float64; None where only the order is known."""
    kinds: np.ndarray | None = None
    """(n_rows,) uint8 into the ``kind_names`` of the interactions."""

    def __post_init__(self) -> None:
        if len(self.item_indices) != len(self.weights):
            raise DataError("Histories need one weight per item.")
        if not len(self.starts) or self.starts[-1] != len(self.item_indices):
            raise DataError("The starts of histories must end at their length.")

    @classmethod
    def from_ids(cls, histories: Sequence[Sequence[str]], items: IdMap) -> Histories:
        """Return histories of item ids, oldest first; unknown items are left out."""
        lengths = np.array([len(each) for each in histories], dtype=np.int64)
        indices = items.indices(item for each in histories for item in each)
        owners = np.repeat(np.arange(len(lengths)), lengths)
        known = indices >= 0
        counts = np.bincount(owners[known], minlength=len(lengths))
        return cls(
            starts=_starts_of(counts),
            item_indices=indices[known].astype(np.int32),
            weights=np.ones(int(known.sum()), dtype=np.float32),
            n_items=len(items),
        )

    @classmethod
    def empty(cls, n_queries: int, n_items: int) -> Histories:
        """Return empty histories."""
        return cls(
            starts=np.zeros(n_queries + 1, dtype=np.int64),
            item_indices=np.empty(0, dtype=np.int32),
            weights=np.empty(0, dtype=np.float32),
            n_items=n_items,
        )

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> np.ndarray:
        """(n_queries,) rows of each history."""
        return np.diff(self.starts)

    @property
    def owners(self) -> np.ndarray:
        """(n_rows,) the query that each row belongs to."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.lengths)

    def matrix(self, weights: np.ndarray | None = None) -> csr_array:
        """Return (n_queries, n_items) float32, repeated items summed.

        ``weights``, (n_rows,), replace the histories' own.
        """
        from scipy.sparse import csr_array

        values = self.weights if weights is None else weights
        matrix = csr_array(
            (values.astype(np.float32), self.item_indices, self.starts),
            shape=(len(self), self.n_items),
            copy=True,
        )
        matrix.sum_duplicates()
        return matrix

    def cells(self) -> csr_array:
        """Return (n_queries, n_items) of all rows, repeated items stored repeatedly."""
        from scipy.sparse import csr_array

        cells = (self.weights, self.item_indices, self.starts)
        return csr_array(cells, shape=(len(self), self.n_items))

    def ages(self) -> np.ndarray:
        """Return (n_rows,) float32: steps before the newest one, which is 0.

        Rows of one moment (one basket) share a step; without times each row is one.
        """
        rows = np.arange(len(self.item_indices))
        if self.timestamps is None:
            new_step = np.ones(len(rows), dtype=bool)
        else:
            new_step = np.diff(self.timestamps, prepend=np.nan) != 0
        new_step[self.starts[:-1][self.lengths > 0]] = True
        steps = np.cumsum(new_step)
        last = self.starts[1:][self.owners] - 1
        ages: np.ndarray = (steps[last] - steps).astype(np.float32)
        return ages

    def select(self, queries: np.ndarray | slice) -> Histories:
        """Return the histories of some queries; -1 gives an empty one."""
        if isinstance(queries, slice):
            queries = np.arange(len(self))[queries]
        queries = np.asarray(queries, dtype=np.int64)
        known = queries >= 0
        lengths = np.zeros(len(queries), dtype=np.int64)
        lengths[known] = self.lengths[queries[known]]
        starts = _starts_of(lengths)
        first = np.zeros(len(queries), dtype=np.int64)
        first[known] = self.starts[queries[known]]
        rows = np.repeat(first - starts[:-1], lengths) + np.arange(starts[-1])
        return self._with_rows(starts, rows)

    def recent(self, length: int) -> Histories:
        """Return the newest ``length`` rows of each history."""
        lengths = np.minimum(self.lengths, length)
        starts = _starts_of(lengths)
        first = self.starts[1:] - lengths
        rows = np.repeat(first - starts[:-1], lengths) + np.arange(starts[-1])
        return self._with_rows(starts, rows)

    def mapped(self, positions: np.ndarray, n_items: int) -> Histories:
        """Return the histories over another item map; rows at -1 are left out.

        positions: (old n_items,) int, the new index of each old one.
        """
        moved = positions[self.item_indices]
        rows = np.flatnonzero(moved >= 0)
        counts = np.bincount(self.owners[rows], minlength=len(self))
        kept = self._with_rows(_starts_of(counts), rows)
        return replace(kept, item_indices=moved[rows].astype(np.int32), n_items=n_items)

    def sequences(self, length: int, padding: int) -> np.ndarray:
        """Return (n_queries, length) int64 item indices, left-padded, newest last."""
        newest = self.recent(length)
        result = np.full((len(self), length), padding, dtype=np.int64)
        owners = newest.owners
        position = np.arange(len(owners)) - newest.starts[:-1][owners]
        columns = length - newest.lengths[owners] + position
        result[owners, columns] = newest.item_indices
        return result

    def _with_rows(self, starts: np.ndarray, rows: np.ndarray) -> Histories:
        return Histories(
            starts=starts,
            item_indices=self.item_indices[rows],
            weights=self.weights[rows],
            n_items=self.n_items,
            timestamps=None if self.timestamps is None else self.timestamps[rows],
            kinds=None if self.kinds is None else self.kinds[rows],
        )


def _starts_of(lengths: np.ndarray) -> np.ndarray:
    return offsets(lengths).astype(np.int64)
