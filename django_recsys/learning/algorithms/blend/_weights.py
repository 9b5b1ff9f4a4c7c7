"""Weights of several recommenders, by how well they predict."""

from collections.abc import Callable

import numpy as np

from .candidates import Candidates

CUT_OFF = 10
NEAR = 0.9  # of the best source's quality; sources below are left out of the sum
LEAST_WEIGHT = 0.1  # of the largest: smaller ones cost time and change little
RIDGE = 1e-3  # so that weights stay finite where a source is always right
GAINS = 1 / np.log2(np.arange(CUT_OFF) + 2)

Measure = Callable[[np.ndarray], np.ndarray]
"""Weights of the sources, (n_sources,) -> NDCG@10 of each query."""


def qualities(
    scores: np.ndarray, is_relevant: np.ndarray, relevant: np.ndarray
) -> np.ndarray:
    """Return NDCG@10 of each query with relevant items; one 0 where none has any."""
    rows = np.flatnonzero(relevant > 0)
    if not len(rows):
        return np.zeros(1)
    scores, is_relevant, relevant = scores[rows], is_relevant[rows], relevant[rows]
    width = min(CUT_OFF, scores.shape[1])
    best = np.argpartition(-scores, width - 1, axis=1)[:, :width]
    found = np.take_along_axis(scores, best, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")
    best = np.take_along_axis(best, order, axis=1)
    hits = np.take_along_axis(is_relevant, best, axis=1)
    hits = hits & (np.take_along_axis(scores, best, axis=1) > -np.inf)
    ideal = np.cumsum(GAINS)[np.minimum(relevant, CUT_OFF) - 1]
    result: np.ndarray = hits @ GAINS[:width] / ideal
    return result


def learn_weights(candidates: Candidates, *, is_later: bool) -> np.ndarray:
    """Return (2, n_sources) float32: weights for new items and for those of histories.

    is_later: whether the relevant items come from a later span of time. The best
    weights for the new items of one span are mostly worse in the next one than a sum of
    the sources near the best, so each is then weighted by how near it comes. Without
    times the last items are predicted by maximum likelihood; items of the history are
    not relevant there. Repeat purchases last from span to span: their weights are those
    of maximum likelihood beside the weights of new items.
    """
    hidden = (candidates.items < 0) | candidates.is_seen
    relevant = candidates.is_relevant & ~candidates.is_seen
    if not is_later:
        new = _unit(_maximum_likelihood(candidates.scores, hidden, relevant))
        return np.stack([new, new]).astype(np.float32)

    def of_new(weights: np.ndarray) -> np.ndarray:
        scores = np.where(hidden, -np.inf, _weighted(candidates.scores, weights))
        return qualities(scores, relevant, candidates.new_relevant)

    new = _near_best(of_new, len(candidates.scores))
    base = _weighted(candidates.scores, new) * ~candidates.is_seen
    both = np.concatenate([base[None], candidates.scores * candidates.is_seen])
    of_base, *of_seen = _maximum_likelihood(
        both, candidates.items < 0, candidates.is_relevant
    )
    seen = np.array(of_seen)
    if not seen.any():
        return np.stack([new, new]).astype(np.float32)
    seen = _unit(seen) * seen.max() / max(of_base, LEAST_WEIGHT * seen.max())
    return np.stack([new, seen]).astype(np.float32)


def _near_best(measure: Measure, size: int) -> np.ndarray:
    """Return 1 for the best source, falling to 0 for those that are not near it."""
    alone = np.array([measure(each).mean() for each in np.eye(size)])
    shares = alone / max(alone.max(), 1e-12)
    weights = (shares - NEAR) / (1 - NEAR)
    return _unit(weights) if alone.any() else np.ones(size)


def _maximum_likelihood(
    scores: np.ndarray, hidden: np.ndarray, relevant: np.ndarray
) -> np.ndarray:
    """Return the weights, at least 0, of maximum likelihood of the relevant items.

    scores: (n_sources, n_queries, width); hidden, relevant: (n_queries, width) bool. A
    conditional logit over the candidates of each query (McFadden 1974), which is
    convex. All 0 where no candidate is relevant.
    """
    from scipy.optimize import minimize

    rows = np.flatnonzero(relevant.any(axis=1))
    scores, hidden, relevant = scores[:, rows], hidden[rows], relevant[rows]
    size = len(scores)
    if not len(rows):
        return np.zeros(size)
    shares = relevant / np.count_nonzero(relevant, axis=1, keepdims=True) / len(rows)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total = np.where(hidden, -np.inf, _weighted(scores, weights))
        total -= total.max(axis=1, keepdims=True)
        odds = np.exp(total)
        sums = odds.sum(axis=1, keepdims=True)
        likelihood = (shares * np.where(hidden, 0, total - np.log(sums))).sum()
        misses = odds / sums / len(rows) - shares
        gradient = np.einsum("sqw,qw->s", scores, misses) + 2 * RIDGE * weights
        return RIDGE * weights @ weights - likelihood, gradient

    start, bounds = np.zeros(size), [(0, None)] * size
    best: np.ndarray = minimize(loss, start, jac=True, bounds=bounds).x
    return best


def _unit(weights: np.ndarray) -> np.ndarray:
    """Return weights whose largest is 1, the small ones at 0; all 1 for zeros."""
    if not weights.any():
        return np.ones(len(weights))
    shares = weights / weights.max()
    return np.where(shares < LEAST_WEIGHT, 0, shares)


def _weighted(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.tensordot(weights.astype(np.float32), scores, axes=1)
