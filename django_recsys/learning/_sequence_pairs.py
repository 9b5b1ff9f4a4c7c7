"""Which items follow which, counted over all histories."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_array, csr_array

from .histories import Histories
from .options import TrainingOptions

PAIRS_PER_SLICE = 1 << 22


def followers(
    histories: Histories,
    max_steps: int,
    distance_power: float,
    options: TrainingOptions,
) -> csr_array:
    """Return (n_items, n_items) float32: sum over pairs of 1 / distance^power.

    From the earlier item to the later one, up to ``max_steps`` rows later, without
    pairs of an item with itself. A slice of people at a time bounds the memory.
    """
    shape = (histories.n_items, histories.n_items)
    total = csr_array(shape, dtype=np.float32)
    weights = (np.arange(1, max_steps + 1) ** -distance_power).astype(np.float32)
    for part, fraction in _parts(histories, max_steps):
        rows, columns, steps = _pairs(histories.select(part), max_steps)
        cells = (weights[steps - 1], (rows, columns))
        total = total + coo_array(cells, shape=shape).tocsr()
        options.report(fraction, "counting what follows what")
    return csr_array(total)


def normalised(
    counts: csr_array, popularity_power: float, shrinkage: float
) -> csr_array:
    """Return the counts, divided by a mean of how frequent the two items are."""
    strength = np.asarray(counts.sum(axis=1) + counts.sum(axis=0)).ravel() / 2
    strength = (strength + shrinkage).astype(np.float64)
    first = np.repeat(strength ** (popularity_power - 1), np.diff(counts.indptr))
    second = (strength**-popularity_power)[counts.indices]
    data = (counts.data * first * second).astype(np.float32)
    return csr_array((data, counts.indices, counts.indptr), shape=counts.shape)


def largest_of_each_row(matrix: csr_array, n: int) -> csr_array:
    """Return the matrix with the n largest cells of each row, ties by column."""
    matrix.sort_indices()
    lengths = np.diff(matrix.indptr)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    crowded = (lengths > n)[rows]
    some = np.flatnonzero(crowded)
    order = some[np.lexsort((matrix.indices[some], -matrix.data[some], rows[some]))]
    first = np.searchsorted(rows[some], rows[order])
    kept = ~crowded
    kept[order[np.arange(len(order)) - first < n]] = True
    counts = np.bincount(rows[kept], minlength=len(lengths))
    starts = np.concatenate(([0], np.cumsum(counts)))
    return csr_array(
        (matrix.data[kept], matrix.indices[kept], starts), shape=matrix.shape
    )


def _parts(histories: Histories, max_steps: int) -> Iterator[tuple[slice, float]]:
    """Give slices of queries of about PAIRS_PER_SLICE pairs, and the share done."""
    slice_of = histories.starts[1:] * max_steps // PAIRS_PER_SLICE
    edges = np.flatnonzero(np.diff(slice_of, prepend=-1, append=-1))
    for first, end in zip(edges[:-1], edges[1:], strict=True):
        yield slice(int(first), int(end)), end / len(histories)


def _pairs(
    histories: Histories, max_steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return earlier item, later item and how many rows later, for each pair."""
    owners, items = histories.owners, histories.item_indices
    found = []
    for step in range(1, min(max_steps, len(items) - 1) + 1):
        earlier, later = items[:-step], items[step:]
        kept = (owners[:-step] == owners[step:]) & (earlier != later)
        steps = np.full(int(np.count_nonzero(kept)), step, dtype=np.int16)
        found.append((earlier[kept], later[kept], steps))
    if not found:
        return np.empty(0, int), np.empty(0, int), np.empty(0, int)
    earlier, later, steps = (np.concatenate(each) for each in zip(*found, strict=True))
    return earlier, later, steps
