"""Several recommenders as one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from .base import Recommender, TrainingOptions
from .exceptions import DataError
from .histories import Histories
from .hyperparameters import hyperparameter
from .interactions import Interactions
from .registry import create
from .top_items import PADDING

WEIGHTED, FALL_THROUGH = "weighted", "fall-through"
LEVEL = np.float32(2)  # between sources; squashed scores lie within -1 and 1


@dataclass(kw_only=True, eq=False)
class Blend(Recommender):
    """A weighted sum or a chain of other recommenders (Burke 2002).

    The sources are fitted on the older part of the interactions, and the weights
    chosen by how well their sum foretells the newer part; then the sources are fitted
    on everything. What stands in the history has weights of its own, so that one
    blend ranks new items and repeat purchases alike.
    """

    name: ClassVar[str] = "blend"
    handles_new_users: ClassVar[bool] = True
    can_explain: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = ("weights_",)

    sources: str = hyperparameter(
        "ease,als,item_knn,graph,sequence_rules,trending,buy_again",
        help="Names of recommenders, joined by commas; they use their defaults.",
    )
    method: str = hyperparameter(
        WEIGHTED,
        choices=(WEIGHTED, FALL_THROUGH),
        help="A weighted sum, or each source for what those before it leave open.",
    )
    weights: str = hyperparameter(
        "",
        help="One number per source, joined by commas; empty: chosen by the data.",
    )

    weights_: np.ndarray = field(init=False, repr=False)
    """(2, n_sources) float32: for new items and for those of the history."""

    def _fit(
        self,
        interactions: Interactions,
        *,
        items: Any,
        edges: Any,
        validation: Interactions | None,
        options: TrainingOptions,
    ) -> None:
        names = self._source_names()
        self.weights_ = self._given_weights(names)
        if self.method == WEIGHTED and not self.weights.strip():
            self.weights_ = self._learned_weights(names, interactions, options)
        kept = np.flatnonzero(self.weights_.max(axis=0))
        self.weights_ = self.weights_[:, kept]
        given: dict[str, Any] = {"items": items, "edges": edges, "options": options}
        self.parts_ = {
            names[each]: create(names[each]).fit(interactions, **given)
            for each in kept.tolist()
        }

    def _source_names(self) -> list[str]:
        names = [each.strip() for each in self.sources.split(",") if each.strip()]
        if not names or len(set(names)) < len(names) or self.name in names:
            raise DataError(
                f"blend.sources is {self.sources!r}; it must name different "
                "recommenders other than blend."
            )
        return names

    def _given_weights(self, names: list[str]) -> np.ndarray:
        if not self.weights.strip():
            return np.ones((2, len(names)), dtype=np.float32)
        try:
            given = [float(each) for each in self.weights.split(",")]
        except ValueError:
            given = []
        if len(given) != len(names) or min(given) < 0 or not max(given) > 0:
            raise DataError(
                f"blend.weights is {self.weights!r}; it must be {len(names)} numbers "
                "of at least 0, not all 0."
            )
        return np.array([given, given], dtype=np.float32)

    def _learned_weights(
        self, names: list[str], interactions: Interactions, options: TrainingOptions
    ) -> np.ndarray:
        from ._blending import gather, inner_split, learn_weights

        equal = np.ones((2, len(names)), dtype=np.float32)
        cut = inner_split(interactions) if len(names) > 1 else None
        if cut is None or not len(cut.train):
            return equal
        fitted = []
        for position, name in enumerate(names):
            options.report(position / len(names) / 2, f"weighing {name}")
            fitted.append(create(name).fit(cut.train, options=options))
        found = gather(fitted, cut, options.seed)
        return equal if found is None else learn_weights(found)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        if self.method == FALL_THROUGH:
            scores = self._chained(histories, user_indices)
        else:
            scores = self._summed(histories, user_indices)
        scores[scores == 0] = np.nan
        return scores

    def _summed(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        from ._blending import on_one_scale

        rows, columns = histories.owners, histories.item_indices
        total = np.zeros((len(histories), len(self.items_)), dtype=np.float32)
        again = np.zeros(len(rows), dtype=np.float32)
        for source, (new, seen) in zip(
            self.parts_.values(), self.weights_.T, strict=True
        ):
            scores = on_one_scale(source.score_indices(histories, user_indices))
            again += seen * scores[rows, columns]
            scores *= new
            total += scores
        total[rows, columns] = again
        return total

    def _chained(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        """Each source ranks what those before it had no opinion about, below them."""
        total = np.zeros((len(histories), len(self.items_)), dtype=np.float32)
        level = LEVEL * len(self.parts_)
        for source in self.parts_.values():
            scores = source.score_indices(histories, user_indices)
            is_open = (total == 0) & np.isfinite(scores)
            total[is_open] = _squashed(scores[is_open]) + level
            level -= LEVEL
        return total

    def explain(self, history: Any, item_id: str) -> list[tuple[str, float]]:
        """Return what the weightiest source that gives reasons says."""
        self._check_question(1)
        speaker = self._speaker()
        return [] if speaker is None else speaker.explain(history, item_id)

    def explain_indices(
        self, histories: Histories, ranked_indices: np.ndarray
    ) -> np.ndarray:
        """Return the reasons of the weightiest source that gives any."""
        self._check_question(1)
        speaker = self._speaker()
        if speaker is None:
            return np.full(ranked_indices.shape, PADDING, dtype=np.int32)
        return speaker.explain_indices(histories, ranked_indices)

    def _speaker(self) -> Recommender | None:
        pairs = zip(self.weights_[0], self.parts_.values(), strict=True)
        speaking = [pair for pair in pairs if pair[1].can_explain]
        return max(speaking, key=lambda pair: pair[0])[1] if speaking else None


def _squashed(scores: np.ndarray) -> np.ndarray:
    """Return scores in the same order between -1 and 1, the logarithm of large ones."""
    size = np.log1p(np.abs(scores))
    result: np.ndarray = np.sign(scores) * size / (1 + size)
    return result
