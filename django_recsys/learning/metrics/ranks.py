"""Ranks of the relevant items among all items."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from django_recsys.learning.numerics.sparse import row_indices
from django_recsys.learning.numerics.top_k import cells_of, lower_bound

if TYPE_CHECKING:
    from scipy.sparse import csr_array

DEEPEST = 100  # the largest cut-off of the metrics


def rank_relevant(scores: np.ndarray, relevant: csr_array) -> np.ndarray:
    """Return the 1-based rank of each stored cell of ``relevant``; 0 past DEEPEST.

    scores: (n_queries, n_items), -inf for items that are not ranked. Ties are
    pessimistic: a relevant item ranks below every irrelevant one of its score; relevant
    items of one score follow each other.
    """
    rows = row_indices(relevant)
    own = scores[rows, relevant.indices]
    ranks = np.zeros(len(own), dtype=np.int64)
    bound = lower_bound(scores, min(DEEPEST, scores.shape[1]))
    reachable = np.flatnonzero((own >= bound[rows]) & (own > -np.inf))
    if not len(reachable):
        return ranks
    rows, own = rows[reachable], own[reachable]
    contenders = cells_of((scores >= bound[:, None]) & (scores > -np.inf))
    at_least = _count_at_least(contenders[0], scores[contenders], rows, own)
    relevant_at_least = _count_at_least(rows, own, rows, own)
    irrelevant = at_least - relevant_at_least
    found = irrelevant + relevant_at_least - _position_among_ties(rows, own)
    ranks[reachable] = np.where(found <= DEEPEST, found, 0)
    return ranks


def _count_at_least(
    rows: np.ndarray, scores: np.ndarray, of_rows: np.ndarray, of_scores: np.ndarray
) -> np.ndarray:
    """Return per (of_row, of_score) how many of the row's scores are at least that."""
    all_rows = np.concatenate((rows, of_rows))
    all_scores = np.concatenate((scores, of_scores))
    is_bound = np.repeat([False, True], [len(rows), len(of_rows)])
    # Bounds sort behind equal scores, so that these count.
    order = np.lexsort((is_bound, -all_scores, all_rows))
    given = np.cumsum(~is_bound[order])
    before_row = np.searchsorted(np.sort(rows), of_rows)
    counts = np.empty(len(all_rows), dtype=np.int64)
    counts[order] = given
    return counts[len(rows) :] - before_row


def _position_among_ties(rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return 0, 1, ... for the cells that share row and score, so that ranks differ."""
    order = np.lexsort((scores, rows))
    new = np.ones(len(order), dtype=bool)
    same_row = rows[order][1:] == rows[order][:-1]
    new[1:] = ~(same_row & (scores[order][1:] == scores[order][:-1]))
    position = np.arange(len(order))
    first = np.maximum.accumulate(np.where(new, position, 0))
    ties = np.empty(len(order), dtype=np.int64)
    ties[order] = position - first
    return ties
