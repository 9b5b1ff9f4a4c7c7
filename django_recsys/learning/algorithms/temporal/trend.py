"""Trends of items: the recent share of their first purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from django_recsys.learning.data import Interactions, pair_codes
from django_recsys.learning.data.preparation import SECONDS_PER_DAY
from django_recsys.learning.numerics.sparse import row_indices

if TYPE_CHECKING:
    from scipy.sparse import csr_array

HALF_LIFE_DAYS = 7.0
PRIOR_PURCHASES = 10.0  # weight of the shop's trend in that of an item


def trend_factors(trends: np.ndarray, trend: float) -> np.ndarray:
    """Return (n_items,) float32: 1 for an item of the shop's mean trend."""
    factors: np.ndarray = (1 + trend * trends) / (1 + trend)
    return factors.astype(np.float32)


def follow_trend(scores: np.ndarray, queries: csr_array, factors: np.ndarray) -> None:
    """Multiply the scores of items outside the query by the factors, in place.

    scores: (n_queries, n_items); trends count new users of an item.
    """
    rows = row_indices(queries)
    held = scores[rows, queries.indices]
    scores *= factors
    scores[rows, queries.indices] = held


def add_trend(scores: np.ndarray, queries: csr_array, factors: np.ndarray) -> None:
    """Multiply the probabilities of items outside the query by the factors, in place.

    scores: (n_queries, n_items), log-probabilities, NaN where there is none. The best
    new item of a query keeps its score: a trend reorders new items, but does not lift
    them above those of the history.
    """
    rows = row_indices(queries)
    held = scores[rows, queries.indices]
    scores[rows, queries.indices] = np.nan
    best = np.fmax.reduce(scores, axis=1)
    scores += np.log(factors)
    scores += (best - np.fmax.reduce(scores, axis=1))[:, None]
    scores[rows, queries.indices] = held


def item_trends(interactions: Interactions) -> np.ndarray:
    """Return (n_items,) float32: the recent share of first purchases; the mean is 1.

    A user's first interaction with an item counts and fades with its age. Later ones
    are repeats, not new users. Without real times each item has the mean trend.
    """
    size = len(interactions.items)
    if not interactions.has_times:
        return np.ones(size, dtype=np.float32)
    pairs = pair_codes(interactions)
    order = np.lexsort((interactions.timestamps, pairs))
    first = order[np.diff(pairs[order], prepend=-1) != 0]
    times, items = interactions.timestamps[first], interactions.item_indices[first]
    ages = (interactions.timestamps.max() - times) / SECONDS_PER_DAY
    recent = np.bincount(items, 0.5 ** (ages / HALF_LIFE_DAYS), minlength=size)
    purchases = np.bincount(items, minlength=size)
    mean = recent.sum() / purchases.sum()
    trends: np.ndarray = recent + PRIOR_PURCHASES * mean
    trends /= (purchases + PRIOR_PURCHASES) * mean
    return trends.astype(np.float32)
