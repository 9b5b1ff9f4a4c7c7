"""The features of a user and a candidate that a learned ranker reads."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from django_recsys.learning.algorithms.temporal import item_trends
from django_recsys.learning.data import Histories, Interactions, pair_codes
from django_recsys.learning.data.item_features import ItemFeatures
from django_recsys.learning.data.preparation import SECONDS_PER_DAY

from ._repeat_features import item_labels, item_repeat_features, label_repeat_features
from .candidates import BEST_OF_SCALE

HALF_LIVES_DAYS = (7.0, 30.0, 90.0)
SEEN_FIRST = 4.0 * BEST_OF_SCALE  # more than any two scores differ


@dataclass(frozen=True, eq=False)
class ItemStatistics:
    """Features of items, the same for every user."""

    demand: np.ndarray
    """(n_items, n) float32, as ``demand_of`` gives it; no rows without a ranker."""
    labels: np.ndarray
    """(n_items, n_labels) int32, as ``item_labels`` gives them."""

    @classmethod
    def of(cls, interactions: Interactions, features: ItemFeatures | None) -> Self:
        """Return the statistics of interactions and, where there are any, features."""
        labels = item_labels(features, len(interactions.items))
        return cls(demand_of(interactions), labels)

    @classmethod
    def nothing(cls) -> Self:
        """Return empty statistics, for a blend without trees."""
        return cls(np.zeros((0, 0), np.float32), np.zeros((0, 0), np.int32))


def demand_of(interactions: Interactions) -> np.ndarray:
    """Return (n_items, n) float32: popularity, repeats and, with times, trends."""
    size = len(interactions.items)
    pairs = pair_codes(interactions)
    order = np.lexsort((interactions.timestamps, pairs))
    is_first = np.diff(pairs[order], prepend=-1) != 0
    first = order[is_first]
    per_pair = np.diff(np.append(np.flatnonzero(is_first), len(order)))
    items = interactions.item_indices[first]
    users = np.bincount(items, minlength=size)
    columns = [
        np.log1p(users),
        np.bincount(interactions.item_indices, minlength=size) / np.maximum(users, 1),
        np.bincount(items, per_pair > 1, minlength=size) / (users + 5),
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
    statistics: ItemStatistics,
) -> np.ndarray:
    """Return (n_cells, n_features) float32, one row per candidate that is no padding.

    items, is_seen: (n_queries, width), -1 where padded; scores: (n_sources, n_queries,
    width) on one scale. The demand of items new to the user is 0: trees that saw their
    recent popularity overfitted the weeks after, and ranked worse than their sources on
    longer spans. A user's repeats of categories and brands last, and are given for new
    items too.
    """
    real = items >= 0
    per_cell = [is_seen[real], *item_repeat_features(items, histories, real)]
    per_cell += label_repeat_features(statistics.labels, items, histories, real)
    for each in scores:
        per_cell.append(each[real])
        per_cell.append(_ranks(each, is_seen, real)[real])
    lengths = np.count_nonzero(real, axis=1)
    per_query = np.repeat(_query_features(histories), lengths, axis=0)
    columns = [column.astype(np.float32, copy=False)[:, None] for column in per_cell]
    per_item = statistics.demand[items[real]] * is_seen[real][:, None]
    return np.hstack([*columns, per_query, per_item])


def _ranks(scores: np.ndarray, is_seen: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Return each candidate's rank among the seen or the new ones of its query.

    Those without a score come last, all on one rank.
    """
    width = scores.shape[1]
    lifted = scores.clip(-BEST_OF_SCALE, BEST_OF_SCALE) + SEEN_FIRST * is_seen
    lifted = np.where(real, lifted, -np.inf)
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
