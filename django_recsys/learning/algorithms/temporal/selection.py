"""The choice of recency and trend from the data."""

from dataclasses import replace
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from scipy.sparse import csr_array

from django_recsys.learning.data import Histories, Interactions
from django_recsys.learning.metrics.ranking import ranking_metrics
from django_recsys.learning.metrics.ranks import rank_relevant
from django_recsys.learning.numerics.gram import item_weights
from django_recsys.learning.numerics.sparse import binary, row_indices
from django_recsys.learning.splitting.protocols import (
    SHORTEST_HISTORY,
    VALIDATION_SHARE,
    Split,
    leave_one_out,
    validation_split,
)

from .recency import recent_items
from .trend import item_trends, trend_factors

RECENCIES = (0.0, 30.0, 10.0, 5.0, 3.0, 2.0, 1.0)  # from the weakest to the strongest
TRENDS = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
TOLERANCE = 0.98  # of the best score: the weakest choice that reaches it is taken
MOST_ITEMS = 3000
MOST_USERS = 3000
FEWEST_USERS = 30  # below this a choice would be noise
REGULARIZATION = 300.0
STRICT_STANDARD_ERRORS = 2.0  # that trees, and trends of factor models, must gain


class Choice(NamedTuple):
    """What best predicts the newest part of some interactions."""

    recency: float
    """0 where all rows of a history weigh the same."""
    trend: float
    """0 where trends do not help."""
    factor_trend: float
    """The same for factor models. Their scores of similar items are close, so that a
    trend moves an item past many others, and one that ends does more harm."""


_CHOSEN: WeakKeyDictionary[Interactions, Choice] = WeakKeyDictionary()


def choices(interactions: Interactions, seed: int) -> Choice:
    """Return the result of ``choose``, cached for the models of one fit."""
    if interactions not in _CHOSEN:
        _CHOSEN[interactions] = choose(interactions, seed)
    return _CHOSEN[interactions]


def choose(interactions: Interactions, seed: int) -> Choice:
    """Return recency and trend that best predict the newest interactions.

    A small item-to-item model of the most popular items is fitted on the older part and
    evaluated on the items new to a sample of users; 0 where these are too few. First
    the recency is chosen, then the trend.
    """
    split = _split(_popular_part(interactions))
    if split is None:
        return Choice(RECENCIES[0], TRENDS[0], TRENDS[0])
    histories, relevant = _queries(split, seed)
    if relevant.shape[0] < FEWEST_USERS:
        return Choice(RECENCIES[0], TRENDS[0], TRENDS[0])
    weights = item_weights(binary(split.train.user_items()), REGULARIZATION)
    qualities = [_qualities(histories, relevant, weights, each) for each in RECENCIES]
    means = np.mean(qualities, axis=1)
    recency = RECENCIES[int(np.argmax(means >= TOLERANCE * means.max()))]
    if not split.train.has_times:
        return Choice(recency, TRENDS[0], TRENDS[0])
    trends = item_trends(split.train)
    qualities = [
        _qualities(histories, relevant, weights * trend_factors(trends, each), recency)
        for each in TRENDS
    ]
    found = np.array(qualities)
    return Choice(
        recency,
        TRENDS[one_standard_error_choice(found)],
        TRENDS[one_standard_error_choice(found, STRICT_STANDARD_ERRORS)],
    )


def count_eval_users(interactions: Interactions) -> tuple[int, int]:
    """Return about how many users ``choose`` evaluates, and the rows of their past.

    An estimate: counted without the split itself, over all items, new or not. (0, 0)
    where it would not choose.
    """
    users, size = interactions.user_indices, len(interactions.users)
    if len(users) < FEWEST_USERS:
        return 0, 0
    rows = np.bincount(users, minlength=size)
    if interactions.has_times:
        times = interactions.timestamps
        place = int((1 - VALIDATION_SHARE) * len(times))
        later = times >= np.partition(times, place)[place]
        past = np.bincount(users[~later], minlength=size)
        known = (past > 1) & (past < rows)
    else:
        past, known = rows - 1, rows >= SHORTEST_HISTORY
    count = int(np.count_nonzero(known))
    if count < FEWEST_USERS:
        return 0, 0
    eval_users = min(count, MOST_USERS)
    return eval_users, int(past[known].mean() * eval_users)


def one_standard_error_choice(qualities: np.ndarray, errors: float = 1.0) -> int:
    """Return the first choice within ``errors`` standard errors of the best one.

    qualities: (n_choices, n_queries); the standard errors are of paired differences.
    """
    lost = qualities[np.argmax(qualities.mean(axis=1))] - qualities
    margin = errors * lost.std(axis=1) / np.sqrt(lost.shape[1])
    return int(np.argmax(lost.mean(axis=1) <= margin))


def _popular_part(interactions: Interactions) -> Interactions:
    """Return the rows of the most popular items, over a map of only these."""
    counts = interactions.item_counts()
    if len(counts) <= MOST_ITEMS:
        return interactions
    popular = np.zeros(len(counts), dtype=bool)
    popular[np.argsort(-counts, kind="stable")[:MOST_ITEMS]] = True
    return interactions.select(popular[interactions.item_indices]).compact()


def _split(interactions: Interactions) -> Split | None:
    """Split as for validation: by time where it is known, else by the last items."""
    without_kinds = replace(interactions, kinds=None, kind_names=())
    if not interactions.has_times:
        return leave_one_out(without_kinds)
    if interactions.timestamps.min() == interactions.timestamps.max():
        return None
    return validation_split(without_kinds)


def _queries(split: Split, seed: int) -> tuple[Histories, csr_array]:
    """Return histories and the new items of the test, of a sample of known users."""
    seen, relevant = binary(split.context.user_items()), binary(split.test.user_items())
    relevant = csr_array(relevant - relevant.multiply(seen))
    relevant.eliminate_zeros()
    known = (np.diff(seen.indptr) > 1) & (np.diff(relevant.indptr) > 0)
    users = np.flatnonzero(known)
    if len(users) > MOST_USERS:
        random = np.random.default_rng(seed)
        users = np.sort(random.choice(users, MOST_USERS, replace=False))
    return split.context.histories().select(users), relevant[users]


def _qualities(
    histories: Histories, relevant: csr_array, weights: np.ndarray, recency: float
) -> np.ndarray:
    """Return (n_queries,) NDCG@10."""
    queries = recent_items(histories, recency)
    scores = queries @ weights
    rows = row_indices(queries)
    scores[rows, queries.indices] = -np.inf
    counts = np.diff(relevant.indptr)
    owners = np.repeat(np.arange(len(scores)), counts)
    ranks = rank_relevant(scores, relevant)
    result: np.ndarray = ranking_metrics(owners, ranks, counts)["ndcg@10"]
    return result
