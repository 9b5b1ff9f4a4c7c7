"""Trees that rank what several recommenders propose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ._blending import (
    Candidates,
    cells_of_items,
    holds,
    propose,
    quality,
    weighted_sum,
)
from ._ranker_features import cell_features
from ._ranker_forest import Forest
from .histories import Histories

HELD_OUT = 3  # one query of so many decides whether the trees are better
TREES, LEAVES, SMALLEST_LEAF, LEARNING_RATE = 150, 15, 200, 0.06
COMPARED_ROWS = 2000


def with_sum(
    scores: np.ndarray, is_seen: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Return (n_sources + 1, n_queries, width): the weighted sum as one more source."""
    of_new, of_seen = np.tensordot(weights, scores, axes=1)
    summed = np.where(is_seen, of_seen, of_new)
    largest = np.abs(summed).max(axis=1, keepdims=True, initial=1e-6)
    return np.concatenate([scores, (summed / largest)[None]]).astype(np.float32)


def learn_ranker(
    found: Candidates, weights: np.ndarray, of_items: np.ndarray, seed: int
) -> Forest:
    """Return trees over the candidates; none where the weighted sum is no worse.

    weights: (2, n_sources); of_items: (n_items, n), of the same interactions as the
    sources. The trees must be the better ones on queries that they were not fitted
    on, both of what is new to a person and of everything.
    """
    scores = with_sum(found.scores, found.is_seen, weights)
    rows = cell_features(found.items, scores, found.is_seen, found.histories, of_items)
    there = found.items >= 0
    random = np.random.default_rng(seed)
    decides = random.permutation(len(there)) % HELD_OUT == 0
    is_fitted = np.broadcast_to(~decides[:, None], there.shape)[there]
    wanted = found.is_wanted[there]
    trial = _fit(rows[is_fitted], wanted[is_fitted], seed)
    if not trial:
        return trial
    ranked = np.full(there.shape, -np.inf)
    ranked[there] = trial.predict(rows)
    summed = np.where(there, scores[-1], -np.inf)
    gains = [
        ours - theirs
        for ours, theirs in zip(
            _qualities(found, ranked, decides),
            _qualities(found, summed, decides),
            strict=True,
        )
    ]
    return _fit(rows, wanted, seed) if min(gains) > 0 else Forest.none()


def rank_blocks(
    blocks: Sequence[np.ndarray],
    histories: Histories,
    weights: np.ndarray,
    forest: Forest,
    of_items: np.ndarray,
) -> np.ndarray:
    """Return (n_queries, n_items) float32, NaN where no source has an opinion.

    blocks: (n_queries, n_items) of each source on one scale. What the sources propose
    lies between 0 and 1, everything else below, by the weighted sum.
    """
    seen = histories.matrix()
    items = propose(blocks, seen)
    is_seen = holds(seen, items)
    scores = with_sum(cells_of_items(blocks, items), is_seen, weights)
    rows = cell_features(items, scores, is_seen, histories, of_items)
    total: np.ndarray = weighted_sum(blocks, weights, histories)
    total[total == 0] = np.nan
    total = total / (1 + np.abs(total)) - 2
    owners, places = np.nonzero(items >= 0)
    chances = 1 / (1 + np.exp(-forest.predict(rows)))
    total[owners, items[owners, places]] = chances
    return total


def _qualities(
    found: Candidates, scores: np.ndarray, queries: np.ndarray
) -> tuple[float, float]:
    """Return NDCG@10 of what is new and of everything."""
    new = np.where(found.is_seen, -np.inf, scores)
    wanted = found.is_wanted & ~found.is_seen
    return (
        quality(new[queries], wanted[queries], found.new_wanted[queries]),
        quality(scores[queries], found.is_wanted[queries], found.all_wanted[queries]),
    )


def _fit(rows: np.ndarray, wanted: np.ndarray, seed: int) -> Forest:
    """Return fitted trees; none where there is nothing to tell apart."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    # A column of one value tells nothing, and its bins have no edges.
    varied = np.flatnonzero(np.ptp(rows, axis=0) > 0)
    if wanted.all() or not wanted.any() or not len(varied):
        return Forest.none()
    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=SMALLEST_LEAF,
        learning_rate=LEARNING_RATE,
        early_stopping=False,
        random_state=seed,
    ).fit(rows[:, varied], wanted)
    forest = Forest.of(model, varied)
    some = rows[:COMPARED_ROWS]
    theirs = model.decision_function(some[:, varied])
    offset = theirs - forest.predict(some)
    return forest if np.ptp(offset) < 1e-6 else Forest.none()
