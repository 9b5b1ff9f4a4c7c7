"""Work in slices."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from .top_k import PADDING

CELLS_PER_SLICE = 7_500_000
"""30 MB of float32 scores: larger arrays are allocated anew each time."""
ROWS_PER_SLICE = 1 << 17
MOST_CELLS = 1 << 25
FEWEST_ROWS = 512  # with fewer a matrix product spends its time on packing the items


def slices(length: int, n_items: int) -> Iterator[slice]:
    """Yield slices of queries whose scores of all items take 128 MB at most."""
    width = max(n_items, 1)
    rows = max(CELLS_PER_SLICE // width, min(FEWEST_ROWS, MOST_CELLS // width), 1)
    return (slice(at, min(at + rows, length)) for at in range(0, length, rows))


def slices_of_runs(values: np.ndarray) -> Iterator[slice]:
    """Yield slices of some 130,000 rows that split no run of equal values.

    values: (n_rows,), never decreasing. Sorting slice by slice stays in the processor's
    cache, so that the time per row does not grow with the rows.
    """
    edges = np.unique(np.searchsorted(values, values[::ROWS_PER_SLICE]))
    return (slice(at, end) for at, end in pairwise([*edges.tolist(), len(values)]))


def spread(
    found: tuple[np.ndarray, np.ndarray], rows: np.ndarray, length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Put the results of some queries in their places, the others padded."""
    indices, scores = found
    if len(rows) == length:
        return found
    all_indices = np.full((length, indices.shape[1]), PADDING, dtype=np.int32)
    all_scores = np.full((length, indices.shape[1]), -np.inf, dtype=np.float32)
    all_indices[rows], all_scores[rows] = indices, scores
    return all_indices, all_scores


def joined(
    parts: list[tuple[np.ndarray, np.ndarray]], width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the slices' results as one; empty ones keep their width."""
    if not parts:
        return np.empty((0, width), np.int32), np.empty((0, width), np.float32)
    indices, scores = zip(*parts, strict=True)
    return np.concatenate(indices), np.concatenate(scores)
