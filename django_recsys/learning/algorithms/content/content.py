"""Items by their features, in the factor space of interactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.algorithms.factorization.factor_recommender import (
    FactorRecommender,
)
from django_recsys.learning.algorithms.temporal import CHOSEN_BY_DATA
from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories, TrainingData
from django_recsys.learning.data.item_features import features_over
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.vectors import directions

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOST_SAMPLED = 500  # users whose lists decide the scale of new items


@dataclass(kw_only=True, eq=False)
class Content(FactorRecommender):
    """Item features mapped into the factors of ``als`` (Gantner et al. 2010).

    A ridge regression maps features to factors, so that a word counts by how well it
    predicts taste. An item without interactions has the vector that its features
    predict; that of a known one is drawn towards it. Vectors have length one; the
    scores of new items are scaled down, so that their share of the lists is that of the
    catalogue. Fit it with ``items``: a table of columns, or ItemFeatures. Items without
    interactions must be in the map of items (``Interactions.with_items``).
    """

    name: ClassVar[str] = "content"
    class_capabilities: ClassVar[Capabilities] = Capabilities(
        handles_new_users=True,
        handles_new_items=True,
        reads_items=True,
        needs_items=True,
        has_similar_items=True,
        can_explain=True,
    )
    array_names: ClassVar[tuple[str, ...]] = (
        "item_factors_",
        "new_item_scale_",
        "recency_",
    )
    former_array_names: ClassVar[Mapping[str, str]] = {
        "item_factors_": "item_vectors_",
        "new_item_scale_": "boldness_",
    }

    embedding_size: int = hyperparameter(
        128, low=1, high=1024, help="Number of factors."
    )
    feature_share: float = hyperparameter(
        0.4,
        low=0.0,
        high=1.0,
        help="Share of the features in the vector of an item with interactions; "
        "without interactions it is 1.",
    )
    ridge: float = hyperparameter(
        3.0,
        low=0.001,
        high=1e6,
        help="L2 penalty of the map from features to factors, in items; larger "
        "trusts rare features less.",
    )
    new_items: float = hyperparameter(
        CHOSEN_BY_DATA,
        low=CHOSEN_BY_DATA,
        high=1.0,
        help="Factor of the scores of items without interactions; larger ranks them "
        "higher. 1: no scaling. -1: chosen so that they get their share of the "
        "lists.",
    )
    new_item_scale_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, factors of the scores: 1 for items with interactions."""

    def _fit(self, data: TrainingData) -> None:
        interactions, items, options = data.interactions, data.items, data.options
        from django_recsys.learning.algorithms.factorization.als import ImplicitALS
        from django_recsys.learning.numerics.ridge import ridge_map

        from ._new_item_scale import fair_new_item_scale

        if items is None:
            raise DataError("content needs item features: pass items.")
        features = features_over(items, interactions.items).matrix
        # Only the recency and the factors are used, so no trend is chosen.
        als = ImplicitALS(
            embedding_size=self.embedding_size, recency=self.recency, trend=0.0
        )
        als.fit(interactions, options=options)
        self.recency_, factors = als.recency_, als.item_factors_
        is_new = np.logical_not(factors.any(axis=1))  # without interactions
        learned = ridge_map(features[~is_new], factors[~is_new], self.ridge)
        predicted = directions(np.asarray(features @ learned))
        share = np.float32(self.feature_share)
        self.item_factors_ = directions(
            (1 - share) * directions(factors) + share * predicted
        )
        self.item_factors_[is_new] = predicted[is_new]
        scale = self.new_items
        if scale < 0:
            some = self._query_matrix(_sample(interactions.histories(), options.seed))
            scale = fair_new_item_scale(some, self.item_factors_, is_new)
        self.new_item_scale_ = np.where(is_new, scale, 1).astype(np.float32)

    def _adjust(self, scores: np.ndarray, queries: csr_array) -> None:
        scores *= self.new_item_scale_
        scores[scores <= 0] = np.nan


def _sample(histories: Histories, seed: int) -> Histories:
    """Return a seeded sample of the histories that are not empty."""
    users = np.flatnonzero(histories.lengths)
    if len(users) > MOST_SAMPLED:
        random = np.random.default_rng(seed)
        users = np.sort(random.choice(users, MOST_SAMPLED, replace=False))
    return histories.select(users)
