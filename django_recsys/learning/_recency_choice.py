"""Choosing by the data how fast the say of a history's items fades."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from ._gram import gram, invert
from .histories import Histories
from .interactions import Interactions
from .metrics import ranking_metrics
from .ranking import rank_relevant
from .recency import recent_items
from .splitting import Split, leave_one_out, validation_split

CHOICES = (0.0, 30.0, 10.0, 5.0, 3.0, 2.0, 1.0)  # from the mildest to the strongest
TOLERANCE = 0.98  # the mildest choice this close to the best one is taken
MOST_ITEMS = 3000
MOST_USERS = 3000
FEWEST_USERS = 30  # below this a choice would be noise
REGULARIZATION = 300.0


def choose_recency(interactions: Interactions, seed: int) -> float:
    """Return the recency that best foretells the newest part of the interactions.

    A small item-to-item model of the most popular items is fitted on the older part
    and asked for what is new to each of a sample of users; 0 (all alike) where there
    are too few to tell.
    """
    cut = _cut(_popular_part(interactions))
    if cut is None:
        return CHOICES[0]
    histories, relevant = _queries(cut, seed)
    if relevant.shape[0] < FEWEST_USERS:
        return CHOICES[0]
    weights = _item_weights(cut.train)
    quality = [_quality(histories, relevant, weights, each) for each in CHOICES]
    good = np.array(quality) >= TOLERANCE * max(quality)
    return CHOICES[int(np.argmax(good))]


def _popular_part(interactions: Interactions) -> Interactions:
    """Return the rows of the most popular items, over a map of only these."""
    counts = interactions.item_counts()
    if len(counts) <= MOST_ITEMS:
        return interactions
    popular = np.zeros(len(counts), dtype=bool)
    popular[np.argsort(-counts, kind="stable")[:MOST_ITEMS]] = True
    return interactions.select(popular[interactions.item_indices]).compact()


def _cut(interactions: Interactions) -> Split | None:
    """Cut as a validation would: by time where there is one, else the last items."""
    unkind = replace(interactions, kinds=None, kind_names=())
    if not interactions.has_times:
        return leave_one_out(unkind)
    if interactions.timestamps.min() == interactions.timestamps.max():
        return None
    return validation_split(unkind)


def _queries(cut: Split, seed: int) -> tuple[Histories, csr_array]:
    """Return histories and what is new in the test, of a sample of known users."""
    seen, wanted = cut.context.user_items(), cut.test.user_items()
    seen.data[:] = 1
    wanted.data[:] = 1
    wanted = csr_array(wanted - wanted.multiply(seen))
    wanted.eliminate_zeros()
    known = (np.diff(seen.indptr) > 1) & (np.diff(wanted.indptr) > 0)
    users = np.flatnonzero(known)
    if len(users) > MOST_USERS:
        random = np.random.default_rng(seed)
        users = np.sort(random.choice(users, MOST_USERS, replace=False))
    return cut.context.histories().select(users), wanted[users]


def _item_weights(train: Interactions) -> np.ndarray:
    taken = train.user_items()
    taken.data[:] = 1
    inverse = invert(gram(taken, REGULARIZATION)).T
    inverse /= -np.diag(inverse).copy()
    np.fill_diagonal(inverse, 0)
    return inverse


def _quality(
    histories: Histories, relevant: csr_array, weights: np.ndarray, recency: float
) -> float:
    """Return the mean NDCG@10 over the queries."""
    queries = recent_items(histories, recency)
    scores = queries @ weights
    rows = np.repeat(np.arange(len(scores)), np.diff(queries.indptr))
    scores[rows, queries.indices] = -np.inf
    counts = np.diff(relevant.indptr)
    owners = np.repeat(np.arange(len(scores)), counts)
    ranks = rank_relevant(scores, relevant)
    return float(ranking_metrics(owners, ranks, counts)["ndcg@10"].mean())
