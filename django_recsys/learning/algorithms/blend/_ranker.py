"""Trees that rank what several recommenders propose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from django_recsys.learning.algorithms.temporal.selection import SURE, mildest
from django_recsys.learning.data.histories import Histories

from ._candidates import Candidates, cells_of_items, holds, propose, weighted_sum
from ._forest import Forest
from ._ranker_features import KnownItems, cell_features
from ._weights import qualities

FOLDS = 3  # of the queries: what trees of the others say of one decides on them
TREES, LEAVES, SMALLEST_LEAF, LEARNING_RATE = 150, 15, 200, 0.06
SAYS = (0.0, 1 / 10, 1 / 3, 1.0)  # of the trees' log-odds beside the weighted sum
SILENT = np.zeros(2, dtype=np.float32)
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
    found: Candidates, weights: np.ndarray, known: KnownItems, seed: int
) -> tuple[Forest, np.ndarray]:
    """Return trees, and (2,) float32 how loud they are beside the weighted sum.

    weights: (2, n_sources); known: by the same interactions as the sources. The first
    factor orders what is new to a person, the second everything; both are chosen on
    queries that the trees were not fitted on. Where neither is above zero there are no
    trees.
    """
    scores = with_sum(found.scores, found.is_seen, weights)
    rows = cell_features(found.items, scores, found.is_seen, found.histories, known)
    there = found.items >= 0
    wanted = found.is_wanted[there]
    folds = np.random.default_rng(seed).permutation(len(there)) % FOLDS
    of_trees = np.full(there.shape, -np.inf)
    for fold in range(FOLDS):
        told = there & (folds == fold)[:, None]
        is_fitted = ~told[there]
        trial = _fit(rows[is_fitted], wanted[is_fitted], seed)
        if not trial:
            return trial, SILENT
        of_trees[told] = trial.predict(rows[~is_fitted])
    says = choose_says(found, scores[-1], of_trees)
    return (_fit(rows, wanted, seed), says) if says.any() else (Forest.none(), SILENT)


def choose_says(
    found: Candidates, of_sum: np.ndarray, of_trees: np.ndarray
) -> np.ndarray:
    """Return (2,) float32, the best factors of the trees; 0 where the sum is no worse.

    of_sum, of_trees: (n_queries, width). Trees fit the weeks that they saw, the sum
    lasts longer: so it always has a say, and of factors that chance cannot tell apart
    the smallest is taken.
    """
    there = found.items >= 0
    new = found.is_wanted & ~found.is_seen

    def of_new(say: float) -> np.ndarray:
        scores = combined(of_sum, of_trees, found.is_seen, there, (say, say))
        scores = np.where(found.is_seen, -np.inf, scores)
        return qualities(scores, new, found.new_wanted)

    first = SAYS[mildest(np.stack([of_new(say) for say in SAYS]), SURE)]
    if not (found.is_wanted & found.is_seen).any():
        # All that trees could add is that what is held is not wanted again.
        return np.array([first, first], dtype=np.float32)

    def of_all(say: float) -> np.ndarray:
        scores = combined(of_sum, of_trees, found.is_seen, there, (first, say))
        return qualities(scores, found.is_wanted, found.all_wanted)

    second = SAYS[mildest(np.stack([of_all(say) for say in SAYS]), SURE)]
    return np.array([first, second], dtype=np.float32)


def combined(
    of_sum: np.ndarray,
    of_trees: np.ndarray,
    is_seen: np.ndarray,
    there: np.ndarray,
    says: Sequence[float] | np.ndarray,
) -> np.ndarray:
    """Return (n_queries, width) float64, -inf where nothing is there.

    says[1] decides on which places new items stand among all, says[0] which new item
    takes which of these places.
    """
    trees = np.where(there, of_trees, 0)
    total: np.ndarray = np.where(there, of_sum + says[1] * trees, -np.inf)
    if says[0] == says[1]:
        return total
    is_new = there & ~is_seen
    order = np.where(is_new, of_sum + says[0] * trees, -np.inf)
    ranks = np.argsort(np.argsort(-order, axis=1, kind="stable"), axis=1)
    places = -np.sort(-np.where(is_new, total, -np.inf), axis=1)
    return np.where(is_new, np.take_along_axis(places, ranks, axis=1), total)


def rank_blocks(
    blocks: Sequence[np.ndarray],
    histories: Histories,
    weights: np.ndarray,
    forest: Forest,
    says: np.ndarray,
    known: KnownItems,
) -> np.ndarray:
    """Return (n_queries, n_items) float32, NaN where no source has an opinion.

    blocks: (n_queries, n_items) of each source on one scale. What the sources propose
    lies between 0 and 1, everything else below, by the weighted sum. Of people without
    a history the sources say the same or nothing, and are summed alike.
    """
    seen = histories.matrix()
    items = propose(blocks, seen)
    is_seen = holds(seen, items)
    scores = with_sum(cells_of_items(blocks, items), is_seen, weights)
    rows = cell_features(items, scores, is_seen, histories, known)
    total: np.ndarray = weighted_sum(blocks, weights, histories)
    total[total == 0] = np.nan
    total = total / (1 + np.abs(total)) - 2
    there = items >= 0
    of_trees = np.zeros(items.shape)
    of_trees[there] = forest.predict(rows)
    odds = combined(scores[-1], of_trees, is_seen, there, says)[there]
    total[np.nonzero(there)[0], items[there]] = (1 + odds / (1 + np.abs(odds))) / 2
    # Nobody without a history was among those whom weights and trees learned from.
    strangers = np.flatnonzero(histories.lengths == 0)
    alike = np.add.reduce([block[strangers] for block in blocks])
    total[strangers] = np.where(alike == 0, np.nan, alike)
    return total


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
