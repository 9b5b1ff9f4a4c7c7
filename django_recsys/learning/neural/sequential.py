"""The base of models that predict the next item of a history."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal import add_trend, learned_trend
from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories, Interactions, TrainingData
from django_recsys.learning.data.item_features import features_if_any
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.vectors import cosines

from .base import DeepRecommender

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from torch import Tensor

    from .modules.feature_bag import Features
    from .modules.sequence import Inputs, SequenceModule
    from .training.losses import Loss


REPEATS_COUNT = 0.5


@dataclass(kw_only=True, eq=False)
class SequentialRecommender(DeepRecommender):
    """Joins a sequence module, the trainer and the data.

    Trained on shifted histories: each basket is predicted from the rows before it, all
    of a history in one pass. Rows are weighted by their kind. Where item features are
    given, an item's vector is the sum of those of its id and features.
    """

    array_names: ClassVar[tuple[str, ...]] = (
        *DeepRecommender.array_names,
        "features_",
        "feature_keys_",
        "n_kinds_",
        "has_times_",
        "prior_",
    )

    embedding_size: int = hyperparameter(
        64, low=4, high=1024, help="Size of the item vectors."
    )
    max_length: int = hyperparameter(
        50, low=2, high=500, help="Number of newest rows of a history that are read."
    )
    dropout: float = hyperparameter(
        0.5, low=0.0, high=0.9, help="Dropout rate; larger resists overfitting."
    )
    batch_tokens: int = hyperparameter(
        800, low=16, high=1_000_000, help="Number of rows per step."
    )
    loss: str = hyperparameter(
        "auto",
        choices=("auto", "softmax", "sampled", "gbce", "bce"),
        help="Loss function. auto: softmax up to 20,000 items, sampled softmax "
        "above; bce: for comparison.",
    )
    popularity: float = hyperparameter(
        -1.0,
        low=-1.0,
        high=2.0,
        help="Weight of the log-popularity in the scores; larger favours popular "
        "items. -1: 1 above 20,000 items, else 0.",
    )
    repeats: float = hyperparameter(
        0.2,
        low=0.0,
        high=1.0,
        help="Weight of repeated items as targets; larger learns repeat purchases "
        "more. From 0.5 on they are part of the evaluation.",
    )
    horizon: int = hyperparameter(
        0,
        low=0,
        high=500,
        help="Number of later rows that are targets as well. 0: the next row only.",
    )

    with_features: bool = hyperparameter(
        default=True,
        help="Use of item features (category, brand, words, price) where they are "
        "known.",
        searched=False,
    )

    features_: csr_array = field(init=False, repr=False)
    """(n_items, n_features) float32; no columns where none are known."""
    feature_keys_: np.ndarray = field(init=False, repr=False)
    """(n_features,) uint64 hashes of their names, to match those of other trainings."""
    prior_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, added to each score; (0,) where there is none."""
    n_kinds_: np.ndarray = field(init=False, repr=False)  # () int64
    has_times_: np.ndarray = field(init=False, repr=False)  # () bool

    @abstractmethod
    def _module(self, inputs: Inputs, *, has_times: bool) -> SequenceModule:
        """Return the architecture with fresh weights."""

    def _fit(self, data: TrainingData) -> None:
        from .training.sequences import SequenceConfig, fit_sequences

        interactions, items = data.interactions, data.items
        self.has_times_ = np.array(interactions.has_times)
        self.n_kinds_ = np.array(len(interactions.kind_names))
        self.trend_ = learned_trend(self.trend, interactions, data.options.seed)
        counts = interactions.item_counts()
        self._describe(items, interactions, counts)
        if items is not None and self.with_features and not self.features_.shape[1]:
            data.options.report(0.0, "none of the items has a feature")
        self.prior_ = self._learned_prior(counts)
        config = SequenceConfig(
            name=self.name,
            trainer=self._trainer_config(),
            loss=self._loss(counts),
            max_length=self.max_length,
            batch_tokens=self.batch_tokens,
            embedding_size=self.embedding_size,
            repeat_weight=self.repeats,
            repeats_are_relevant=self.capabilities.task == "any-items",
            horizon=self.horizon,
            compare=self.compare,
            mark=hashlib.sha256(self.feature_keys_.tobytes()).hexdigest(),
        )
        self._learn(lambda module: fit_sequences(module, data, config), data.options)

    def _describe(
        self, items: Any, interactions: Interactions, counts: np.ndarray
    ) -> None:
        """Keep the item features; counts: (n_items,), how many users each has."""
        from scipy.sparse import csr_array

        used = items if self.with_features else None
        found = features_if_any(used, interactions.items)
        keys = [] if found is None else [_key_of(each) for each in found.names]
        self.feature_keys_ = np.array(keys, dtype=np.uint64)
        self.features_ = csr_array((len(counts), 0), dtype=np.float32)
        if found is not None:
            self.features_ = csr_array(found.matrix, dtype=np.float32)
        self.is_known_ = counts > 0

    def _loss(self, counts: np.ndarray) -> Loss:
        from .training.losses import loss_of

        return loss_of(self.loss, counts, self.negatives)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        from .training.sequences import last_vectors

        vectors = last_vectors(self.network, histories, self.max_length)
        scores = self.compare(vectors, self.item_vectors_)
        scores[histories.lengths == 0] = np.nan
        scores[:, ~self.is_known_] = np.nan
        add_trend(scores, histories.matrix(), self.trend_)
        return scores

    def compare(self, states: np.ndarray, item_vectors: np.ndarray) -> np.ndarray:
        """Return (n_queries, n_items) scores of states and item vectors."""
        scores: np.ndarray = states @ item_vectors.T
        return scores

    def _similarities(self, item_indices: np.ndarray) -> np.ndarray:
        return cosines(self.item_vectors_[:, : self.embedding_size], item_indices)

    @property
    def capabilities(self) -> Capabilities:
        """With these settings: features may be ignored, repeats may be relevant."""
        return replace(
            self.class_capabilities,
            reads_items=self.with_features,
            task="any-items" if self.repeats >= REPEATS_COUNT else "new-items",
        )

    def _learned_prior(self, counts: np.ndarray) -> np.ndarray:
        from .training.losses import LARGEST_FULL

        strength = self.popularity
        if strength < 0:
            strength = 1.0 if len(counts) > LARGEST_FULL else 0.0
        if not strength:
            return np.empty(0, dtype=np.float32)
        shares = (counts + 1) / (counts.sum() + len(counts))
        prior: np.ndarray = (strength * np.log(shares)).astype(np.float32)
        return prior

    @property
    def _prior(self) -> Tensor | None:
        import torch

        return torch.from_numpy(self.prior_.copy()) if len(self.prior_) else None

    def _fresh_module(self) -> SequenceModule:
        from .modules.sequence import Inputs

        inputs = Inputs(
            n_items=len(self.is_known_),
            n_kinds=int(self.n_kinds_),
            size=self.embedding_size,
            dropout=self.dropout,
            prior=self._prior,
            features=self._features,
        )
        return self._module(inputs, has_times=bool(self.has_times_))

    @property
    def _features(self) -> Features | None:
        import torch

        from .modules.feature_bag import Features

        found = self.features_
        if not found.shape[1]:
            return None
        return Features(
            columns=torch.from_numpy(found.indices.astype(np.int64)),
            values=torch.from_numpy(found.data.astype(np.float32)),
            starts=torch.from_numpy(found.indptr.astype(np.int64)),
            count=found.shape[1],
        )


def _key_of(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())
