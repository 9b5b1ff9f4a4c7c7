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

FOLDS = 3  # of the queries: what trees of the others say of one decides on them
TREES, LEAVES, SMALLEST_LEAF, LEARNING_RATE = 150, 15, 200, 0.06
SAYS = (1.0, 1 / 3, 1 / 10)  # of the trees' log-odds beside the weighted sum
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
    """Return trees to add to the weighted sum; none where that is no better.

    weights: (2, n_sources); of_items: (n_items, n), of the same interactions as the
    sources. How much the trees say is chosen on queries that they were not fitted on.
    """
    scores = with_sum(found.scores, found.is_seen, weights)
    rows = cell_features(found.items, scores, found.is_seen, found.histories, of_items)
    there = found.items >= 0
    wanted = found.is_wanted[there]
    folds = np.random.default_rng(seed).permutation(len(there)) % FOLDS
    of_trees = np.full(there.shape, -np.inf)
    for fold in range(FOLDS):
        told = there & (folds == fold)[:, None]
        is_fitted = ~told[there]
        trial = _fit(rows[is_fitted], wanted[is_fitted], seed)
        if not trial:
            return trial
        of_trees[told] = trial.predict(rows[~is_fitted])
    say = _say_of_trees(found, of_trees, scores[-1])
    return _fit(rows, wanted, seed).scaled(say) if say else Forest.none()


def _say_of_trees(found: Candidates, of_trees: np.ndarray, of_sum: np.ndarray) -> float:
    """Return the best factor of the trees; 0 where the sum alone is no worse.

    Trees and sum must be better both of what is new to a person and of everything.
    Trees fit the weeks that they saw, the sum lasts longer: so it always has a say.
    """
    alone = _qualities(found, np.where(found.items >= 0, of_sum, -np.inf))
    best, largest = 0.0, 0.0
    for say in SAYS:
        together = _qualities(found, of_sum + say * of_trees)
        gains = [ours - theirs for ours, theirs in zip(together, alone, strict=True)]
        if min(gains) > 0 and sum(gains) > largest:
            best, largest = say, sum(gains)
    return best


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
    odds = forest.predict(rows) + scores[-1][owners, places]
    total[owners, items[owners, places]] = (1 + odds / (1 + np.abs(odds))) / 2
    return total


def _qualities(found: Candidates, scores: np.ndarray) -> tuple[float, float]:
    """Return NDCG@10 of what is new and of everything."""
    new = np.where(found.is_seen, -np.inf, scores)
    wanted = found.is_wanted & ~found.is_seen
    return (
        quality(new, wanted, found.new_wanted),
        quality(scores, found.is_wanted, found.all_wanted),
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
