"""Several recommenders as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories, Interactions, TrainingData
from django_recsys.learning.data.item_features import ItemFeatures, features_if_any
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.top_k import PADDING
from django_recsys.learning.recommender import Recommender, TrainingOptions
from django_recsys.learning.registry import capabilities_of, create

from ._forest import Forest

if TYPE_CHECKING:
    from ._ranker_features import ItemStatistics

RANKER, WEIGHTED, FALL_THROUGH = "ranker", "weighted", "fall-through"
LEVEL = np.float32(2)  # between sources; squashed scores lie within -1 and 1


@dataclass(kw_only=True, eq=False)
class Blend(Recommender):
    """A ranker over other recommenders, their weighted sum or a chain (Burke 2002).

    The sources are fitted on the older part of the interactions, and weighted by how
    near each comes to the one that best predicts the newer part, or, where only the
    order is known, by a conditional logit of each user's last item (McFadden 1974);
    then the sources are fitted on everything. Items of the history have weights of
    their own, so that one blend ranks new items and repeat purchases. The ranker learns
    from the same newer part: boosted trees over the best of each source (Friedman
    2001), added to the weighted sum only where that is better for users that the trees
    were not fitted on; new items and all items are evaluated separately.
    """

    name: ClassVar[str] = "blend"
    class_capabilities: ClassVar[Capabilities] = Capabilities(
        handles_new_users=True, can_explain=True
    )
    array_names: ClassVar[tuple[str, ...]] = (
        "weights_",
        "demand_",
        "labels_",
        "nodes_",
        "roots_",
        "tree_weights_",
    )
    former_array_names: ClassVar[Mapping[str, str]] = {"tree_weights_": "says_"}

    sources: str = hyperparameter(
        "ease,als,item_knn,graph,sequence_rules,trending,buy_again,content",
        help="Algorithms to combine, separated by commas, with their default "
        "settings. Those that need item features are left out where there are none.",
    )
    method: str = hyperparameter(
        RANKER,
        choices=(RANKER, WEIGHTED, FALL_THROUGH),
        help="Combination of the sources. ranker: weighted sum, plus boosted trees "
        "where they predict better; weighted: weighted sum; fall-through: each "
        "source ranks what the ones before it did not.",
    )
    weights: str = hyperparameter(
        "",
        help="Weights of the sources, separated by commas, for a fixed weighted sum. "
        "Empty: chosen from the data.",
    )

    weights_: np.ndarray = field(init=False, repr=False)
    """(2, n_sources) float32: for new items and for those of the history."""
    # The arrays of the ItemStatistics and of the Forest.
    demand_: np.ndarray = field(init=False, repr=False)
    labels_: np.ndarray = field(init=False, repr=False)
    nodes_: np.ndarray = field(init=False, repr=False)
    roots_: np.ndarray = field(init=False, repr=False)
    tree_weights_: np.ndarray = field(init=False, repr=False)
    """(2,) float32: weights of the trees for new items, and for all items."""

    @property
    def capabilities(self) -> Capabilities:
        """With these settings: features are read by trees and by some sources."""
        reads_items = (self._learns() and self.method == RANKER) or any(
            capabilities_of(name).reads_items for name in self._source_names()
        )
        return replace(self.class_capabilities, reads_items=reads_items)

    def _fit(self, data: TrainingData) -> None:
        interactions, items, options = data.interactions, data.items, data.options
        from ._ranker_features import ItemStatistics

        names = self._source_names()
        self.weights_ = self._given_weights(names)
        for name in names:
            create(name)  # a missing extra raises before anything is fitted
        # Read once, for both fits of each source and for the ranker.
        features = features_if_any(
            items if self.capabilities.reads_items else None, interactions.items
        )
        names = self._drop_unsupported_sources(names, features, options)
        items = items if features is None else features
        fit_arguments: dict[str, Any] = {"items": items, "edges": data.edges}
        fit_arguments["options"] = options
        self._keep(
            Forest.none(), np.zeros(2, dtype=np.float32), ItemStatistics.nothing()
        )
        if self._learns():
            self._learn(names, interactions, features, fit_arguments)
        if not len(self.roots_):
            kept = np.flatnonzero(self.weights_.max(axis=0))
            self.weights_ = self.weights_[:, kept]
            names = [names[each] for each in kept.tolist()]
        self.parts_ = {
            name: create(name).fit(interactions, **fit_arguments) for name in names
        }

    def _learns(self) -> bool:
        return self.method != FALL_THROUGH and not self.weights.strip()

    def _keep(
        self, forest: Forest, tree_weights: np.ndarray, statistics: ItemStatistics
    ) -> None:
        self.nodes_, self.roots_ = forest.nodes, forest.roots
        self.tree_weights_ = tree_weights
        self.demand_, self.labels_ = statistics.demand, statistics.labels

    def _source_names(self) -> list[str]:
        names = [each.strip() for each in self.sources.split(",") if each.strip()]
        if not names or len(set(names)) < len(names) or self.name in names:
            raise DataError(
                f"blend.sources is {self.sources!r}; it must name different "
                "recommenders other than blend."
            )
        return names

    def _drop_unsupported_sources(
        self, names: list[str], items: ItemFeatures | None, options: TrainingOptions
    ) -> list[str]:
        is_unsupported = np.array([capabilities_of(name).needs_items for name in names])
        if items is not None or is_unsupported.all() or not is_unsupported.any():
            return names
        left_out = ", ".join(np.array(names)[is_unsupported])
        options.report(0.0, f"left out, as there are no item features: {left_out}")
        self.weights_ = self.weights_[:, ~is_unsupported]
        if not self.weights_.any():
            raise DataError(f"blend.weights leave nothing but {left_out}: pass items.")
        return [names[each] for each in np.flatnonzero(~is_unsupported).tolist()]

    def _given_weights(self, names: list[str]) -> np.ndarray:
        if not self.weights.strip():
            return np.ones((2, len(names)), dtype=np.float32)
        try:
            weights = [float(each) for each in self.weights.split(",")]
        except ValueError:
            weights = []
        if len(weights) != len(names) or min(weights) < 0 or not max(weights) > 0:
            raise DataError(
                f"blend.weights is {self.weights!r}; it must be {len(names)} numbers "
                "of at least 0, not all 0."
            )
        return np.array([weights, weights], dtype=np.float32)

    def _learn(
        self,
        names: list[str],
        interactions: Interactions,
        features: ItemFeatures | None,
        fit_arguments: dict[str, Any],
    ) -> None:
        """Learn weights and trees from the newer part of the interactions."""
        from ._ranker import learn_ranker
        from ._ranker_features import ItemStatistics
        from ._weights import learn_weights
        from .candidates import gather, inner_split

        options: TrainingOptions = fit_arguments["options"]
        split = inner_split(interactions) if len(names) > 1 else None
        if split is None or not len(split.train):
            return
        fitted = []
        for position, name in enumerate(names):
            options.report(position / len(names) / 2, f"weighting {name}")
            fitted.append(create(name).fit(split.train, **fit_arguments))
        candidates = gather(fitted, split, options.seed)
        if candidates is None:
            return
        fitted.clear()
        self.weights_ = learn_weights(candidates, is_later=interactions.has_times)
        if self.method == RANKER:
            options.report(0.5, "learning to rank")
            statistics = ItemStatistics.of(split.train, features)
            ranker = learn_ranker(candidates, self.weights_, statistics, options.seed)
            if ranker[0]:
                self._keep(*ranker, ItemStatistics.of(interactions, features))

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        if self.method == FALL_THROUGH:
            return _zero_as_nan(self._chained(histories, user_indices))
        if not len(self.roots_):
            return _zero_as_nan(self._summed(histories, user_indices))
        return self._ranked(histories, user_indices)

    def _summed(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        from .candidates import on_one_scale, weighted_sum

        scores = (
            on_one_scale(source.score_indices(histories, user_indices), histories)
            for source in self.parts_.values()
        )
        return weighted_sum(scores, self.weights_, histories)

    def _ranked(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        from ._ranker import rank_blocks
        from ._ranker_features import ItemStatistics
        from .candidates import queries_at_a_time, scores_of

        result = np.empty((len(histories), len(self.items_)), dtype=np.float32)
        step = queries_at_a_time(len(self.items_), len(self.parts_))
        forest = Forest(self.nodes_, self.roots_)
        statistics = ItemStatistics(self.demand_, self.labels_)
        for at in range(0, len(histories), step):
            part = slice(at, at + step)
            some = histories.select(part)
            blocks = scores_of(self.parts_.values(), some, user_indices[part])
            result[part] = rank_blocks(
                blocks, some, self.weights_, forest, self.tree_weights_, statistics
            )
        return result

    def _chained(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        """Return scores in which each source ranks what those before it did not."""
        total = np.zeros((len(histories), len(self.items_)), dtype=np.float32)
        level = LEVEL * len(self.parts_)
        for source in self.parts_.values():
            scores = source.score_indices(histories, user_indices)
            is_open = (total == 0) & np.isfinite(scores)
            total[is_open] = _squash(scores[is_open]) + level
            level -= LEVEL
        return total

    def explain(self, history: Any, item_id: str) -> list[tuple[str, float]]:
        """Return the reasons of the source of largest weight that gives any."""
        self._check_request(1)
        source = self._explaining_source()
        return [] if source is None else source.explain(history, item_id)

    def explain_indices(
        self, histories: Histories, ranked_indices: np.ndarray
    ) -> np.ndarray:
        """Return the reasons of the source of largest weight that gives any."""
        self._check_request(1)
        source = self._explaining_source()
        if source is None:
            return np.full(ranked_indices.shape, PADDING, dtype=np.int32)
        return source.explain_indices(histories, ranked_indices)

    def _explaining_source(self) -> Recommender | None:
        pairs = zip(self.weights_[0], self.parts_.values(), strict=True)
        able = [pair for pair in pairs if pair[1].capabilities.can_explain]
        return max(able, key=lambda pair: pair[0])[1] if able else None


def _zero_as_nan(scores: np.ndarray) -> np.ndarray:
    scores[scores == 0] = np.nan
    return scores


def _squash(scores: np.ndarray) -> np.ndarray:
    """Return scores between -1 and 1 in the same order."""
    size = np.log1p(np.abs(scores))
    result: np.ndarray = np.sign(scores) * size / (1 + size)
    return result
