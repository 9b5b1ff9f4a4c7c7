"""How much more an item says that many people took for the first time of late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from django_recsys.learning.data import Interactions, pair_codes
from django_recsys.learning.data.preparation import SECONDS_PER_DAY
from django_recsys.learning.numerics.sparse import row_indices

if TYPE_CHECKING:
    from scipy.sparse import csr_array

HALF_LIFE_DAYS = 7.0
FIRST_PURCHASES_BEFORE_OWN_TREND = (
    10.0  # an item's trend is drawn to the shop's by so many
)


def trend_factors(trends: np.ndarray, trend: float) -> np.ndarray:
    """Return (n_items,) float32: 1 for an item of the shop's usual trend."""
    factors: np.ndarray = (1 + trend * trends) / (1 + trend)
    return factors.astype(np.float32)


def follow_trend(scores: np.ndarray, queries: csr_array, factors: np.ndarray) -> None:
    """Multiply the scores by the factors in place, but for what the query holds.

    scores: (n_queries, n_items); the trend is about users who do not have the item.
    """
    rows = row_indices(queries)
    held = scores[rows, queries.indices]
    scores *= factors
    scores[rows, queries.indices] = held


def add_trend(scores: np.ndarray, queries: csr_array, factors: np.ndarray) -> None:
    """Multiply the chances of what the query does not hold by the factors, in place.

    scores: (n_queries, n_items), logarithms of chances, NaN where no opinion. The best
    new item of a query keeps its score: a trend tells which new item it will be, not
    whether a new one.
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
    of_late = np.bincount(items, 0.5 ** (ages / HALF_LIFE_DAYS), minlength=size)
    first_purchases = np.bincount(items, minlength=size)
    of_shop = of_late.sum() / first_purchases.sum()
    trends: np.ndarray = of_late + FIRST_PURCHASES_BEFORE_OWN_TREND * of_shop
    trends /= (first_purchases + FIRST_PURCHASES_BEFORE_OWN_TREND) * of_shop
    return trends.astype(np.float32)
