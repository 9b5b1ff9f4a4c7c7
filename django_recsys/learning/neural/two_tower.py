"""Towers for histories and for items, which use features of items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Interactions
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.recommender import TrainingOptions

from .sequential import SequentialRecommender

if TYPE_CHECKING:
    from .modules.sequence import Inputs, SequenceModule
    from .training.loop import TrainedWeights
    from .training.losses import Loss


@dataclass(kw_only=True, eq=False)
class TwoTower(SequentialRecommender):
    """A tower for histories and one for items (Covington et al. 2016, Yi et al. 2019).

    An item's vector is that of its id plus those of its features; without interactions,
    of its features alone. With several interests, an item is scored by the best of them
    (Li et al. 2019, MIND).
    """

    name: ClassVar[str] = "two_tower"
    class_capabilities: ClassVar[Capabilities] = replace(
        SequentialRecommender.class_capabilities, handles_new_items=True
    )
    array_names: ClassVar[tuple[str, ...]] = (
        *SequentialRecommender.array_names,
        "is_taken_",
    )

    interests: int = hyperparameter(
        1,
        low=1,
        high=16,
        help="Number of vectors per history, for users with several tastes.",
    )
    id_dropout: float = hyperparameter(
        0.2,
        low=0.0,
        high=0.9,
        help="Dropout rate of item ids; larger relies more on features.",
    )
    feature_share: float = hyperparameter(
        0.4,
        low=0.0,
        high=0.9,
        help="Share of the features in the vectors read from a history; larger finds "
        "new items, smaller tells known ones apart.",
    )

    new_items: float = hyperparameter(
        0.25,
        low=0.0,
        high=1.0,
        help="Quantile of the popularity of known items that is given to the median "
        "item without interactions; larger ranks them higher. 0: as learned, behind "
        "nearly all others.",
    )

    is_taken_: np.ndarray = field(init=False, repr=False)
    """(n_items,) bool: has interactions, and thus an id to learn."""

    def _describe(
        self, items: Any, interactions: Interactions, counts: np.ndarray
    ) -> None:
        super()._describe(items, interactions, counts)
        self.is_taken_ = counts > 0
        self.is_known_ = self.is_taken_ | (np.diff(self.features_.indptr) > 0)

    def _loss(self, counts: np.ndarray) -> Loss:
        from .training.losses import in_batch_softmax

        return in_batch_softmax(self.negatives, counts)

    def _learn(
        self, train: Callable[[Any], TrainedWeights], options: TrainingOptions
    ) -> None:
        super()._learn(train, options)
        is_new = self.is_known_ & ~self.is_taken_
        if self.new_items and is_new.any():
            self._scale_new_items(is_new)

    def _scale_new_items(self, is_new: np.ndarray) -> None:
        """Scale the vectors of items without interactions.

        Vectors grow with popularity, and those from features alone are too short ever
        to be recommended. All are scaled by one factor, which keeps their order by
        length.
        """
        vectors, size = self.item_vectors_, self.embedding_size
        with_id = np.linalg.norm(vectors[self.is_taken_, :size], axis=1)
        described = self.network.by_features().detach().numpy()[self.is_taken_]
        without_id = np.linalg.norm(described, axis=1)
        without_id = without_id[without_id > 0]
        if len(without_id):
            factor = np.quantile(with_id, self.new_items) / np.median(without_id)
            vectors[is_new, :size] *= np.float32(factor)
        if len(self.prior_):
            prior = self.prior_[self.is_taken_]
            vectors[is_new, size] = np.quantile(prior, self.new_items)

    def compare(self, states: np.ndarray, item_vectors: np.ndarray) -> np.ndarray:
        """Return (n_queries, n_items) scores, of each item's best interest."""
        scores: np.ndarray = states[:, 0] @ item_vectors.T
        for interest in range(1, states.shape[1]):
            np.maximum(scores, states[:, interest] @ item_vectors.T, out=scores)
        return scores

    def _module(self, inputs: Inputs, *, has_times: bool) -> SequenceModule:
        import torch

        from .modules.two_tower import TwoTowerNetwork

        return TwoTowerNetwork(
            inputs,
            length=self.max_length,
            interests=self.interests,
            taken=torch.from_numpy(self.is_taken_),
            id_dropout=self.id_dropout,
            feature_share=self.feature_share,
        )
