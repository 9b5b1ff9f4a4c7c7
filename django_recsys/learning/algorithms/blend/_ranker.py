"""Boosted trees that rank the candidates of several recommenders."""

from collections.abc import Callable, Sequence

import numpy as np

from django_recsys.learning.algorithms.temporal.selection import (
    STRICT_STANDARD_ERRORS,
    one_standard_error_choice,
)
from django_recsys.learning.data import Histories

from ._forest import Forest, unreadable_trees
from ._ranker_features import ItemStatistics, cell_features
from ._weights import qualities
from .candidates import Candidates, cells_of_items, holds, propose, weighted_sum

FOLDS = 3  # of the queries: trees are evaluated on a fold that they were not fitted on
TREES, LEAVES, SMALLEST_LEAF, LEARNING_RATE = 150, 15, 200, 0.06
# Of the trees' log-odds beside the weighted sum.
TREE_WEIGHTS = (0.0, 1 / 10, 1 / 3, 1.0)
NO_TREE_WEIGHTS = np.zeros(2, dtype=np.float32)
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
    candidates: Candidates, weights: np.ndarray, statistics: ItemStatistics, seed: int
) -> tuple[Forest, np.ndarray]:
    """Return trees, and (2,) float32 their weights beside the weighted sum.

    weights: (2, n_sources); statistics: from the same interactions as the sources. The
    first weight orders items new to the user, the second all items; both are chosen on
    queries that the trees were not fitted on. Where both are zero there are no trees.
    """
    scores = with_sum(candidates.scores, candidates.is_seen, weights)
    rows = cell_features(
        candidates.items, scores, candidates.is_seen, candidates.histories, statistics
    )
    real = candidates.items >= 0
    relevant = candidates.is_relevant[real]
    folds = np.random.default_rng(seed).permutation(len(real)) % FOLDS
    of_trees = np.full(real.shape, -np.inf)
    for fold in range(FOLDS):
        in_fold = real & (folds == fold)[:, None]
        is_fitted = ~in_fold[real]
        trial = _fit(rows[is_fitted], relevant[is_fitted], seed)
        if not trial:
            return trial, NO_TREE_WEIGHTS
        of_trees[in_fold] = trial.predict(rows[~is_fitted])
    tree_weights = choose_tree_weights(candidates, scores[-1], of_trees)
    if not tree_weights.any():
        return Forest.none(), NO_TREE_WEIGHTS
    return _fit(rows, relevant, seed), tree_weights


def choose_tree_weights(
    candidates: Candidates, of_sum: np.ndarray, of_trees: np.ndarray
) -> np.ndarray:
    """Return (2,) float32, the best weights of the trees; 0 where the sum is no worse.

    of_sum, of_trees: (n_queries, width). Trees overfit the span they were fitted on
    more than the sum does, so the sum always counts, and the one-standard-error rule
    takes the smallest weight.
    """
    real = candidates.items >= 0
    new = candidates.is_relevant & ~candidates.is_seen

    def of_new(weight: float) -> np.ndarray:
        scores = combined(of_sum, of_trees, candidates.is_seen, real, (weight, weight))
        scores = np.where(candidates.is_seen, -np.inf, scores)
        return qualities(scores, new, candidates.new_relevant)

    first = _choice(of_new)
    if not (candidates.is_relevant & candidates.is_seen).any():
        # Trees could only add that items of the history are not relevant.
        return np.array([first, first], dtype=np.float32)

    def of_all(weight: float) -> np.ndarray:
        scores = combined(of_sum, of_trees, candidates.is_seen, real, (first, weight))
        return qualities(scores, candidates.is_relevant, candidates.all_relevant)

    return np.array([first, _choice(of_all)], dtype=np.float32)


def _choice(measure: Callable[[float], np.ndarray]) -> float:
    values = np.stack([measure(weight) for weight in TREE_WEIGHTS])
    return TREE_WEIGHTS[one_standard_error_choice(values, STRICT_STANDARD_ERRORS)]


def combined(
    of_sum: np.ndarray,
    of_trees: np.ndarray,
    is_seen: np.ndarray,
    real: np.ndarray,
    tree_weights: Sequence[float] | np.ndarray,
) -> np.ndarray:
    """Return (n_queries, width) float64, -inf where padded; real: False where padded.

    The second weight decides which places new items take among all, the first which
    new item takes which of these places.
    """
    trees = np.where(real, of_trees, 0)
    total: np.ndarray = np.where(real, of_sum + tree_weights[1] * trees, -np.inf)
    if tree_weights[0] == tree_weights[1]:
        return total
    is_new = real & ~is_seen
    order = np.where(is_new, of_sum + tree_weights[0] * trees, -np.inf)
    ranks = np.argsort(np.argsort(-order, axis=1, kind="stable"), axis=1)
    places = -np.sort(-np.where(is_new, total, -np.inf), axis=1)
    return np.where(is_new, np.take_along_axis(places, ranks, axis=1), total)


def rank_blocks(
    blocks: Sequence[np.ndarray],
    histories: Histories,
    weights: np.ndarray,
    forest: Forest,
    tree_weights: np.ndarray,
    statistics: ItemStatistics,
) -> np.ndarray:
    """Return (n_queries, n_items) float32, NaN where no source has a score.

    blocks: (n_queries, n_items) of each source on one scale. Candidates score between 0
    and 1, all other items below, by the weighted sum. For users without a history the
    sources are summed with equal weights.
    """
    seen = histories.matrix()
    items = propose(blocks, seen)
    is_seen = holds(seen, items)
    scores = with_sum(cells_of_items(blocks, items), is_seen, weights)
    rows = cell_features(items, scores, is_seen, histories, statistics)
    total: np.ndarray = weighted_sum(blocks, weights, histories)
    total[total == 0] = np.nan
    total = total / (1 + np.abs(total)) - 2
    real = items >= 0
    of_trees = np.zeros(items.shape)
    of_trees[real] = forest.predict(rows)
    odds = combined(scores[-1], of_trees, is_seen, real, tree_weights)[real]
    total[np.nonzero(real)[0], items[real]] = (1 + odds / (1 + np.abs(odds))) / 2
    # Weights and trees were learned from users with a history only.
    without_history = np.flatnonzero(histories.lengths == 0)
    summed = np.add.reduce([block[without_history] for block in blocks])
    total[without_history] = np.where(summed == 0, np.nan, summed)
    return total


def _fit(rows: np.ndarray, relevant: np.ndarray, seed: int) -> Forest:
    """Return fitted trees; none where rows or targets do not vary."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    # The bins of a constant column have no edges.
    varied = np.flatnonzero(np.ptp(rows, axis=0) > 0)
    if relevant.all() or not relevant.any() or not len(varied):
        return Forest.none()
    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=SMALLEST_LEAF,
        learning_rate=LEARNING_RATE,
        early_stopping=False,
        random_state=seed,
    ).fit(rows[:, varied], relevant)
    forest = Forest.of(model, varied)
    some = rows[:COMPARED_ROWS]
    offset = model.decision_function(some[:, varied]) - forest.predict(some)
    if np.ptp(offset) > 1e-6:
        raise unreadable_trees()
    return forest
