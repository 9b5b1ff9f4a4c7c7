"""Scores of several recommenders on one scale, and the best items of each."""

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
BEST_OF_SCALE = 10  # scores on one scale are at most this


@dataclass(frozen=True, eq=False, kw_only=True)
class Candidates:
    """The best of every source for each query; rows are padded to one width."""

    items: np.ndarray
    """(n_queries, width) int32, -1 where padded."""
    scores: np.ndarray
    """(n_sources, n_queries, width) float32 on one scale, 0 without a score."""
    is_seen: np.ndarray
    """(n_queries, width) bool: in the history."""
    is_relevant: np.ndarray
    """(n_queries, width) bool: in the newer part."""
    new_relevant: np.ndarray
    """(n_queries,) number of relevant items that the history lacks."""
    all_relevant: np.ndarray
    """(n_queries,) number of relevant items."""
    histories: Histories
    """One per query."""


def inner_split(interactions: Interactions) -> Split | None:
    """Split prepared interactions as for validation; None where that is impossible."""
    if not interactions.has_times:
        without_kinds = replace(interactions, kinds=None, kind_names=())
        return leave_one_out(without_kinds, fit="train+validation")
    if interactions.timestamps.min() == interactions.timestamps.max():
        return None
    split = validation_split(interactions)
    return split if len(split.train) else None


def on_one_scale(scores: np.ndarray, histories: Histories) -> np.ndarray:
    """Return (n_queries, n_items) float32 scores on one scale, 0 where there is none.

    Scores of new items are divided by the mean of the best ten, so that one outlier
    does not set the scale; those of the history by the largest of the row.
    """
    known = np.where(np.isfinite(scores), scores, np.float32(0))
    largest = known.max(axis=1, initial=0)
    rows, columns = histories.owners, histories.item_indices
    held = known[rows, columns]
    known[rows, columns] = 0
    # Without the many cells that have no score, which would all tie.
    _, best = top_items(np.where(known > 0, known, -np.inf), BEST_OF_SCALE)
    best = np.where(best > 0, best, np.float32(0)).mean(axis=1)
    largest[largest <= 0] = 1
    known /= np.where(best > 0, best, largest)[:, None]
    known[rows, columns] = held / largest[rows]
    return known


def gather(
    sources: Sequence[Recommender], split: Split, seed: int
) -> Candidates | None:
    """Return the candidates of sources that were fitted on the older part.

    For a seeded sample of users; None where they are too few to learn from.
    """
    relevant, seen = split.test.user_items(), split.context.user_items()
    users = np.flatnonzero((np.diff(relevant.indptr) > 0) & (np.diff(seen.indptr) > 0))
    if len(users) < FEWEST_QUERIES:
        return None
    if len(users) > MOST_QUERIES:
        random = np.random.default_rng(seed)
        users = np.sort(random.choice(users, MOST_QUERIES, replace=False))
    histories = split.context.histories().select(users)
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
    """Return for how many queries the scores of all sources fit into memory."""
    return max(1, CELLS_AT_A_TIME // max(n_items * n_sources, 1))


def scores_of(
    sources: Iterable[Recommender], histories: Histories, users: np.ndarray
) -> list[np.ndarray]:
    """Return each source's (n_queries, n_items) on one scale."""
    return [
        on_one_scale(each.score_indices(histories, users), histories)
        for each in sources
    ]


def weighted_sum(
    scores: Iterable[np.ndarray], weights: np.ndarray, histories: Histories
) -> np.ndarray:
    """Return (n_queries, n_items): one weight for new items, one for the history's.

    scores: (n_queries, n_items) of each source on one scale; weights: (2, n_sources).
    """
    rows, columns = histories.owners, histories.item_indices
    total = np.zeros((len(histories), histories.n_items), dtype=np.float32)
    of_seen = np.zeros(len(rows), dtype=np.float32)
    for block, (new, seen) in zip(scores, weights.T, strict=True):
        of_seen += seen * block[rows, columns]
        total += new * block
    total[rows, columns] = of_seen
    return total


def propose(blocks: Sequence[np.ndarray], seen: csr_array) -> np.ndarray:
    """Return (n_queries, width) int32, the best items of each block, -1 where padded.

    Both of all items and of those that are new to the user.
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
    repeats = np.asarray(binary(relevant).multiply(binary(seen)).sum(axis=1)).ravel()
    return Candidates(
        items=items,
        scores=cells_of_items(blocks, items),
        is_seen=holds(seen, items),
        is_relevant=holds(relevant, items),
        new_relevant=(all_relevant - repeats).astype(int),
        all_relevant=all_relevant,
        histories=histories,
    )


def _padded(mask: np.ndarray) -> np.ndarray:
    """Return the columns of each row of a mask, left-justified, -1 where padded."""
    counts = np.count_nonzero(mask, axis=1)
    rows, columns = np.nonzero(mask)
    result = np.full((len(mask), int(counts.max(initial=1))), PADDING, dtype=np.int32)
    first = offsets(counts)[:-1]
    result[rows, np.arange(len(rows)) - first[rows]] = columns
    return result


def holds(matrix: csr_array, items: np.ndarray) -> np.ndarray:
    """Return for each of the items whether its row of the matrix stores it."""
    width = matrix.shape[1]
    stored = row_indices(matrix).astype(np.int64) * width + matrix.indices
    cells = np.arange(len(items), dtype=np.int64)[:, None] * width + items
    return np.isin(cells, stored) & (items >= 0)


def _joined(parts: Sequence[Candidates], histories: Histories) -> Candidates:
    width = max(part.items.shape[1] for part in parts)

    def wide(name: str) -> np.ndarray:
        value, padded = PADDING if name == "items" else 0, []
        for array in (getattr(part, name) for part in parts):
            by = [(0, 0)] * (array.ndim - 1) + [(0, width - array.shape[-1])]
            padded.append(np.pad(array, by, constant_values=value))
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
