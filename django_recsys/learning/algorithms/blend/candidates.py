"""Scores of several recommenders on one scale, and the best that each proposes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from django_recsys.learning.data import Histories, Interactions
from django_recsys.learning.numerics.sparse import binary, offsets, row_indices
from django_recsys.learning.numerics.top_k import PADDING, mask_scores, top_items
from django_recsys.learning.recommender import Recommender
from django_recsys.learning.splitting.protocols import (
    Split,
    leave_one_out,
    validation_split,
)

MOST_QUERIES = 2500
FEWEST_QUERIES = 30  # below this a choice would be noise
CELLS_AT_A_TIME = 1 << 25  # 128 MB of float32 scores
BEST_OF_SOURCE = 60
BEST_OF_SCALE = 10  # scores on one scale are thus no larger than this


@dataclass(frozen=True, eq=False, kw_only=True)
class Candidates:
    """The best of every source for each query; rows are padded to one width."""

    items: np.ndarray
    """(n_queries, width) int32, -1 where padded."""
    scores: np.ndarray
    """(n_sources, n_queries, width) float32 on one scale, 0 where no opinion."""
    is_seen: np.ndarray
    """(n_queries, width) bool: stands in the history."""
    is_relevant: np.ndarray
    """(n_queries, width) bool: was taken afterwards."""
    new_relevant: np.ndarray
    """(n_queries,) how many items were taken that the history lacks."""
    all_relevant: np.ndarray
    """(n_queries,) how many items were taken."""
    histories: Histories
    """One per query."""


def inner_split(interactions: Interactions) -> Split | None:
    """Cut prepared interactions as a validation would; None where nothing can be."""
    unkind = replace(interactions, kinds=None, kind_names=())
    if not interactions.has_times:
        return leave_one_out(unkind, fit="train+validation")
    if interactions.timestamps.min() == interactions.timestamps.max():
        return None
    cut = validation_split(interactions)
    return cut if len(cut.train) else None


def on_one_scale(scores: np.ndarray, histories: Histories) -> np.ndarray:
    """Return (n_queries, n_items) float32 scores on one scale, 0 where no opinion.

    What is new to a person is divided by the mean of its best, since one item far
    ahead, or one that the person has, says little of the rest; what the history holds
    is divided by the largest of the row.
    """
    known = np.where(np.isfinite(scores), scores, np.float32(0))
    largest = known.max(axis=1, initial=0)
    rows, columns = histories.owners, histories.item_indices
    held = known[rows, columns]
    known[rows, columns] = 0
    # Without the many cells of no opinion, which are all alike.
    _, best = top_items(np.where(known > 0, known, -np.inf), BEST_OF_SCALE)
    best = np.where(best > 0, best, np.float32(0)).mean(axis=1)
    largest[largest <= 0] = 1
    known /= np.where(best > 0, best, largest)[:, None]
    known[rows, columns] = held / largest[rows]
    return known


def gather(sources: Sequence[Recommender], cut: Split, seed: int) -> Candidates | None:
    """Return what the sources, fitted on the older part, propose for the newer one.

    A seeded sample of people; None where they are too few to learn from.
    """
    relevant, seen = cut.test.user_items(), cut.context.user_items()
    users = np.flatnonzero((np.diff(relevant.indptr) > 0) & (np.diff(seen.indptr) > 0))
    if len(users) < FEWEST_QUERIES:
        return None
    if len(users) > MOST_QUERIES:
        random = np.random.default_rng(seed)
        users = np.sort(random.choice(users, MOST_QUERIES, replace=False))
    histories = cut.context.histories().select(users)
    step = queries_at_a_time(histories.n_items, len(sources))
    parts = []
    for at in range(0, len(users), step):
        part = np.arange(at, min(at + step, len(users)))
        some = histories.select(part)
        blocks = scores_of(sources, some, users[part])
        parts.append(
            _candidates(blocks, some, seen[users[part]], relevant[users[part]])
        )
    return _joined(parts, histories)


def queries_at_a_time(n_items: int, n_sources: int) -> int:
    """Return for how many queries the scores of all sources are held together."""
    return max(1, CELLS_AT_A_TIME // max(n_items * n_sources, 1))


def scores_of(
    sources: Iterable[Recommender], histories: Histories, users: np.ndarray
) -> list[np.ndarray]:
    """Return each source's (n_queries, n_items) on one scale, 0 where no opinion."""
    return [
        on_one_scale(each.score_indices(histories, users), histories)
        for each in sources
    ]


def weighted_sum(
    scores: Iterable[np.ndarray], weights: np.ndarray, histories: Histories
) -> np.ndarray:
    """Return (n_queries, n_items): one weight for new items, one for those held.

    scores: (n_queries, n_items) of each source on one scale; weights: (2, n_sources).
    """
    rows, columns = histories.owners, histories.item_indices
    total = np.zeros((len(histories), histories.n_items), dtype=np.float32)
    again = np.zeros(len(rows), dtype=np.float32)
    for block, (new, seen) in zip(scores, weights.T, strict=True):
        again += seen * block[rows, columns]
        total += new * block
    total[rows, columns] = again
    return total


def propose(blocks: Sequence[np.ndarray], seen: csr_array) -> np.ndarray:
    """Return (n_queries, width) int32, the best of each block, -1 behind.

    The best of all items and the best of those that are new to the person.
    """
    proposed = np.zeros(blocks[0].shape, dtype=bool)
    for block in blocks:
        for left_out in (None, seen):
            scores = mask_scores(np.where(block == 0, -np.inf, block), None, left_out)
            best, _ = top_items(scores, BEST_OF_SOURCE)
            rows = np.repeat(np.arange(len(best)), best.shape[1])[best.ravel() >= 0]
            proposed[rows, best[best >= 0]] = True
    return _padded(proposed)


def cells_of_items(blocks: Sequence[np.ndarray], items: np.ndarray) -> np.ndarray:
    """Return (n_blocks, n_queries, width): the scores of the candidates."""
    rows = np.arange(len(items))[:, None]
    return np.stack([block[rows, items] for block in blocks])


def _candidates(
    blocks: Sequence[np.ndarray],
    histories: Histories,
    seen: csr_array,
    relevant: csr_array,
) -> Candidates:
    items = propose(blocks, seen)
    all_relevant = np.diff(relevant.indptr)
    again = np.asarray(binary(relevant).multiply(binary(seen)).sum(axis=1)).ravel()
    return Candidates(
        items=items,
        scores=cells_of_items(blocks, items),
        is_seen=holds(seen, items),
        is_relevant=holds(relevant, items),
        new_relevant=(all_relevant - again).astype(int),
        all_relevant=all_relevant,
        histories=histories,
    )


def _padded(mask: np.ndarray) -> np.ndarray:
    """Return the columns of each row of a mask, left-justified, -1 behind."""
    counts = np.count_nonzero(mask, axis=1)
    rows, columns = np.nonzero(mask)
    result = np.full((len(mask), int(counts.max(initial=1))), PADDING, dtype=np.int32)
    first = offsets(counts)[:-1]
    result[rows, np.arange(len(rows)) - first[rows]] = columns
    return result


def holds(matrix: csr_array, items: np.ndarray) -> np.ndarray:
    """Return whether each row of the matrix holds the items of the same row."""
    width = matrix.shape[1]
    owners = row_indices(matrix)
    stored = owners.astype(np.int64) * width + matrix.indices
    asked = np.arange(len(items), dtype=np.int64)[:, None] * width + items
    return np.isin(asked, stored) & (items >= 0)


def _joined(parts: Sequence[Candidates], histories: Histories) -> Candidates:
    width = max(part.items.shape[1] for part in parts)

    def wide(name: str) -> np.ndarray:
        arrays = [getattr(part, name) for part in parts]
        padding = PADDING if name == "items" else 0
        padded = [
            np.pad(
                array,
                [(0, 0)] * (array.ndim - 1) + [(0, width - array.shape[-1])],
                constant_values=padding,
            )
            for array in arrays
        ]
        return np.concatenate(padded, axis=-2)

    return Candidates(
        items=wide("items"),
        scores=wide("scores"),
        is_seen=wide("is_seen"),
        is_relevant=wide("is_relevant"),
        new_relevant=np.concatenate([part.new_relevant for part in parts]),
        all_relevant=np.concatenate([part.all_relevant for part in parts]),
        histories=histories,
    )
