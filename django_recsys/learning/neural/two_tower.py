"""Histories and items in one space, items by their features too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data.interactions import Interactions
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.recommender import TrainingOptions

from .sequential import NextItem

if TYPE_CHECKING:
    from .modules.sequence import Inputs, SequenceModule
    from .training.losses import Loss
    from .training.sequences import Learned


@dataclass(kw_only=True, eq=False)
class TwoTower(NextItem):
    """A tower for histories and one for items (Covington et al. 2016, Yi et al. 2019).

    An item's vector is that of its id plus those of its features, so that an item
    which nobody has taken yet is placed by what it is. With several interests, an
    item counts as much as it fits the best of them (Li et al. 2019, MIND).
    """

    name: ClassVar[str] = "two_tower"
    class_capabilities: ClassVar[Capabilities] = replace(
        NextItem.class_capabilities, handles_new_items=True
    )
    array_names: ClassVar[tuple[str, ...]] = (*NextItem.array_names, "is_taken_")

    interests: int = hyperparameter(
        1, low=1, high=16, help="Vectors per history, for people of several tastes."
    )
    id_dropout: float = hyperparameter(
        0.2, low=0.0, high=0.9, help="How often features must do without the id."
    )
    feature_share: float = hyperparameter(
        0.4,
        low=0.0,
        high=0.9,
        help="How much of what is read of a history its items' features decide; high "
        "finds new items, low tells known ones apart.",
    )

    new_items: float = hyperparameter(
        0.25,
        low=0.0,
        high=1.0,
        help="How boldly items are shown that nobody took yet: the usual one as if it "
        "were as popular as the item above this share of the others; 0 leaves them "
        "as learned, behind nearly all others.",
    )

    is_taken_: np.ndarray = field(init=False, repr=False)
    """(n_items,) bool: has an id to learn."""

    def _describe(
        self, items: Any, interactions: Interactions, counts: np.ndarray
    ) -> None:
        super()._describe(items, interactions, counts)
        self.is_taken_ = counts > 0
        self.is_known_ = self.is_taken_ | (np.diff(self.features_.indptr) > 0)

    def _loss(self, counts: np.ndarray) -> Loss:
        from .training.losses import in_batch_softmax

        return in_batch_softmax(self.negatives, counts)

    def _learn(self, train: Callable[[Any], Learned], options: TrainingOptions) -> None:
        super()._learn(train, options)
        is_new = self.is_known_ & ~self.is_taken_
        if self.new_items and is_new.any():
            self._raise(is_new)

    def _raise(self, is_new: np.ndarray) -> None:
        """Let items compete that had nobody to learn their popularity from.

        How popular an item is lies in the length of its vector. Features alone give a
        short one, whose item would be shown to nobody. All are made longer by one
        factor, that of a usual item with an id: who is the longer of two stays so,
        for features say something about popularity, too.
        """
        vectors, size = self.item_vectors_, self.embedding_size
        with_id = np.linalg.norm(vectors[self.is_taken_, :size], axis=1)
        described = self.network.by_features().detach().numpy()[self.is_taken_]
        without_id = np.linalg.norm(described, axis=1)
        usual = without_id[without_id > 0]
        if len(usual):
            factor = np.quantile(with_id, self.new_items) / np.median(usual)
            vectors[is_new, :size] *= np.float32(factor)
        if len(self.prior_):
            prior = self.prior_[self.is_taken_]
            vectors[is_new, size] = np.quantile(prior, self.new_items)

    def compare(self, states: np.ndarray, item_vectors: np.ndarray) -> np.ndarray:
        """Return (n_queries, n_items), by the interest that fits an item best."""
        scores: np.ndarray = states[:, 0] @ item_vectors.T
        for interest in range(1, states.shape[1]):
            np.maximum(scores, states[:, interest] @ item_vectors.T, out=scores)
        return scores

    def _module(self, inputs: Inputs, *, has_times: bool) -> SequenceModule:
        import torch

        from .modules.two_tower import TwoTower as Module

        return Module(
            inputs,
            length=self.max_length,
            interests=self.interests,
            taken=torch.from_numpy(self.is_taken_),
            id_dropout=self.id_dropout,
            feature_share=self.feature_share,
        )
