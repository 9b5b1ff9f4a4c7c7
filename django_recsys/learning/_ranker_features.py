"""What a learned ranker sees of a person and a candidate."""

from __future__ import annotations

import numpy as np

from ._blending import BEST_OF_SCALE
from .histories import Histories
from .interactions import Interactions
from .preparation import SECONDS_PER_DAY, pair_codes
from .trend import item_trends

HALF_LIVES_DAYS = (7.0, 30.0, 90.0)
STEPS_OF_A_HABIT = 10.0
SEEN_FIRST = 4.0 * BEST_OF_SCALE  # further than scores can lie apart


def item_features(interactions: Interactions) -> np.ndarray:
    """Return (n_items, n) float32: popularity, repeats and, with times, what is new."""
    size = len(interactions.items)
    pairs = pair_codes(interactions)
    order = np.lexsort((interactions.timestamps, pairs))
    is_first = np.diff(pairs[order], prepend=-1) != 0
    first = order[is_first]
    takings = np.diff(np.append(np.flatnonzero(is_first), len(order)))
    items = interactions.item_indices[first]
    users = np.bincount(items, minlength=size)
    columns = [
        np.log1p(users),
        np.bincount(interactions.item_indices, minlength=size) / np.maximum(users, 1),
        np.bincount(items, takings > 1, minlength=size) / (users + 5),
    ]
    if interactions.has_times:
        columns.append(item_trends(interactions))
        ages = interactions.timestamps.max() - interactions.timestamps
        for half_life in HALF_LIVES_DAYS:
            faded = 0.5 ** (ages / (half_life * SECONDS_PER_DAY))
            every = np.bincount(interactions.item_indices, faded, minlength=size)
            columns.append(np.log1p(every))
            columns.append(np.log1p(np.bincount(items, faded[first], minlength=size)))
    return np.column_stack(columns).astype(np.float32)


def cell_features(
    items: np.ndarray,
    scores: np.ndarray,
    is_seen: np.ndarray,
    histories: Histories,
    of_items: np.ndarray,
) -> np.ndarray:
    """Return (n_cells, n_features) float32, one row per candidate that is no padding.

    items, is_seen: (n_queries, width), -1 where padded; scores: (n_sources, n_queries,
    width) on one scale; of_items: as ``item_features`` gives them. Of what is new to a
    person they are 0: trees that saw there how popular an item was of late learned
    what the next weeks bring, and ranked worse than their sources on longer spans.
    """
    there = items >= 0
    per_cell = [is_seen[there], *_habits(items, histories, there)]
    for each in scores:
        per_cell.append(each[there])
        per_cell.append(_ranks(each, is_seen, there)[there])
    lengths = np.count_nonzero(there, axis=1)
    per_query = np.repeat(_query_features(histories), lengths, axis=0)
    columns = [column.astype(np.float32)[:, None] for column in per_cell]
    per_item = of_items[items[there]] * is_seen[there][:, None]
    return np.hstack([*columns, per_query, per_item])


def _ranks(scores: np.ndarray, is_seen: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return each candidate's rank among the seen or the new ones of its query.

    Those of which the source has no opinion come last, all on one rank.
    """
    width = scores.shape[1]
    lifted = scores.clip(-BEST_OF_SCALE, BEST_OF_SCALE) + SEEN_FIRST * is_seen
    lifted = np.where(there, lifted, -np.inf)
    order = np.argsort(-lifted, axis=1, kind="stable")
    ranks = np.empty(scores.shape, dtype=np.float32)
    np.put_along_axis(ranks, order, np.arange(width, dtype=np.float32)[None, :], axis=1)
    ranks -= ~is_seen * np.count_nonzero(is_seen, axis=1)[:, None]
    ranks[scores <= 0] = width
    return ranks


def _query_features(histories: Histories) -> np.ndarray:
    """Return (n_queries, 3): rows, different items and steps of each history."""
    distinct = np.diff(histories.matrix().indptr)
    steps = np.zeros(len(histories), dtype=np.float32)
    np.maximum.at(steps, histories.owners, histories.ages())
    columns = [np.log1p(histories.lengths), np.log1p(distinct), steps]
    return np.column_stack(columns).astype(np.float32)


def _habits(
    items: np.ndarray, histories: Histories, there: np.ndarray
) -> list[np.ndarray]:
    """Return (n_cells,) arrays: rows of the pair, faded rows, age of the newest."""
    ages = histories.ages()
    pairs = histories.owners.astype(np.int64) * histories.n_items
    pairs += histories.item_indices
    known, codes = np.unique(pairs, return_inverse=True)
    newest = np.full(len(known), np.inf)
    np.minimum.at(newest, codes, ages)
    faded = np.bincount(codes, np.exp(-ages / STEPS_OF_A_HABIT), minlength=len(known))
    rows = np.bincount(codes, minlength=len(known))
    asked = (np.arange(len(items))[:, None] * histories.n_items + items)[there]
    place = np.searchsorted(known, asked)
    held = np.append(known, -1)[place] == asked

    def of_cell(values: np.ndarray, otherwise: float) -> np.ndarray:
        return np.where(held, np.append(values, 0)[place], otherwise)

    return [of_cell(rows, 0), of_cell(faded, 0), of_cell(newest, -1)]
