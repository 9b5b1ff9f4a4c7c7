"""Which items follow which, counted over all histories."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array, vstack

from django_recsys.learning.data import Histories
from django_recsys.learning.numerics.sparse import (
    largest_of_each_row,
    offsets,
    select_cells,
)
from django_recsys.learning.numerics.threads import in_threads
from django_recsys.learning.options import TrainingOptions

PAIRS_PER_BLOCK = 1 << 20


@dataclass(frozen=True, eq=False, kw_only=True)
class Steps:
    """The weights of a row for the rows around it in the same history."""

    weights: np.ndarray
    """(before + 1 + after,) float32, for the oldest to the newest; 0 for itself."""
    before: int
    after: int

    @classmethod
    def of(cls, max_steps: int, distance_power: float, backward: float) -> Self:
        """Return weights 1 / distance^power, times ``backward`` for earlier rows."""
        forward = (np.arange(1, max_steps + 1) ** -distance_power).astype(np.float32)
        before = max_steps if backward else 0
        earlier = (forward * np.float32(backward))[:before][::-1]
        weights = np.concatenate((earlier, np.zeros(1, np.float32), forward))
        return cls(weights=weights, before=before, after=max_steps)

    def around(self, rows: np.ndarray, histories: Histories) -> csr_array:
        """Return (n_rows, n_items): the weights of each row for the items around it.

        rows: positions in the histories. An item may be stored more than once, and the
        row's own item at 0.
        """
        starts = histories.starts
        owners = np.searchsorted(starts, rows, side="right") - 1
        first = np.maximum(rows - self.before, starts[owners])
        lengths = np.minimum(rows + self.after + 1, starts[owners + 1]) - first
        edges = offsets(lengths)
        positions = np.arange(edges[-1]) + np.repeat(first - edges[:-1], lengths)
        steps = positions - np.repeat(rows - self.before, lengths)
        cells = (self.weights[steps], histories.item_indices[positions], edges)
        return csr_array(cells, shape=(len(rows), histories.n_items))


def strengths(histories: Histories, steps: Steps) -> np.ndarray:
    """Return (n_items,) float64: the mean of an item's weights, out and in."""
    items = histories.item_indices
    total = np.zeros(len(items))
    owners = histories.owners
    later = steps.weights[steps.before + 1 :]
    for step, weight in enumerate(later[: max(len(items) - 1, 0)], start=1):
        paired = (owners[step:] == owners[:-step]) & (items[step:] != items[:-step])
        total[step:] += weight * paired
        total[:-step] += weight * paired
    both = 1 + (steps.weights[steps.before - 1] / later[0] if steps.before else 0)
    sums = np.bincount(items, total, minlength=histories.n_items)
    result: np.ndarray = sums * both / 2
    return result


def largest_weights(
    histories: Histories,
    steps: Steps,
    scales: tuple[np.ndarray, np.ndarray],
    neighbors: int,
    options: TrainingOptions,
) -> csr_array:
    """Return (n_items, n_items) float32: sums over pairs, scaled, the largest kept.

    scales: (n_items,) each, of the leading and of the following item. All rows of a
    leading item are in one block, so that its neighbours can be cut at once and blocks
    bound the memory.
    """
    by_item = np.argsort(histories.item_indices, kind="stable")
    counts = np.bincount(histories.item_indices, minlength=histories.n_items)
    starts = offsets(counts)

    def largest(leading: slice) -> csr_array:
        own = starts[leading.start : leading.stop + 1]
        weights = steps.around(by_item[own[0] : own[-1]], histories)
        ones = np.ones(weights.shape[0], dtype=np.float32)
        members = csr_array(
            (ones, np.arange(len(ones)), own - own[0]), shape=(len(own) - 1, len(ones))
        )
        sums = _without_diagonal(members @ weights, leading.start)
        first = np.repeat(scales[0][leading], np.diff(sums.indptr))
        sums.data = (sums.data * first * scales[1][sums.indices]).astype(np.float32)
        options.report(own[-1] / len(by_item), "counting transitions")
        return largest_of_each_row(sums, neighbors)

    blocks = _blocks(starts[:-1] * len(steps.weights) // PAIRS_PER_BLOCK)
    return vstack(in_threads(largest, blocks, options.threads), format="csr")


def _without_diagonal(matrix: csr_array, first: int) -> csr_array:
    """Return the matrix without column ``first`` + r in row r."""
    own = np.arange(first, first + matrix.shape[0])
    kept = matrix.indices != np.repeat(own, np.diff(matrix.indptr))
    return select_cells(matrix, kept)


def _blocks(block_of: np.ndarray) -> Iterator[slice]:
    """Give the slices of equal numbers."""
    edges = np.flatnonzero(np.diff(block_of, prepend=-1, append=-1))
    for first, end in zip(edges[:-1], edges[1:], strict=True):
        yield slice(int(first), int(end))
