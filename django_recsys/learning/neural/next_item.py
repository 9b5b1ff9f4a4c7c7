"""What all models of the next item share: sequences in, one vector out."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from django_recsys.learning.base import Task, TrainingOptions
from django_recsys.learning.factors import cosines
from django_recsys.learning.histories import Histories
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.interactions import Interactions

from .deep import Deep

if TYPE_CHECKING:
    from torch import Tensor

    from .losses import Loss
    from .modules.inputs import SequenceModule


REPEATS_COUNT = 0.5


@dataclass(kw_only=True, eq=False)
class NextItem(Deep):
    """Joins a sequence module, the trainer and the data.

    Trained on shifted histories: each basket is foretold from what came before it,
    all of a history in one pass. A row counts as much as its kind weighs.
    """

    array_names: ClassVar[tuple[str, ...]] = (
        *Deep.array_names,
        "n_kinds_",
        "has_times_",
        "prior_",
    )

    embedding_size: int = hyperparameter(
        64, low=4, high=1024, help="Numbers kept per item."
    )
    max_length: int = hyperparameter(
        50, low=2, high=500, help="Newest rows of a history that are read."
    )
    dropout: float = hyperparameter(
        0.5, low=0.0, high=0.9, help="Higher resists overfitting."
    )
    batch_tokens: int = hyperparameter(
        800, low=16, high=1_000_000, help="Rows of histories in one step."
    )
    loss: str = hyperparameter(
        "auto",
        choices=("auto", "softmax", "sampled", "gbce", "bce"),
        help="auto: softmax up to 20,000 items, sampled above; bce is for comparison.",
    )
    popularity: float = hyperparameter(
        -1.0,
        low=-1.0,
        high=2.0,
        help="How much of an item's popularity its score has from the start; -1: 1 "
        "above 20,000 items, where it would be learned slowly, else 0.",
    )
    repeats: float = hyperparameter(
        0.2,
        low=0.0,
        high=1.0,
        help="How much a row teaches whose item stands earlier in the history; from "
        "0.5 on the model is for repeat purchases too, and is measured with them.",
    )
    horizon: int = hyperparameter(
        0,
        low=0,
        high=500,
        help="Rows ahead that are foretold, too: 0 asks for what comes next, more for "
        "what comes some time.",
    )

    prior_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, added to each score; (0,) where there is none."""
    n_kinds_: np.ndarray = field(init=False, repr=False)  # () int64
    has_times_: np.ndarray = field(init=False, repr=False)  # () bool

    @abstractmethod
    def _module(self, n_items: int, n_kinds: int, *, has_times: bool) -> SequenceModule:
        """Return the architecture with fresh weights."""

    def _fit(
        self,
        interactions: Interactions,
        *,
        items: Any,
        edges: Any,
        validation: Interactions | None,
        options: TrainingOptions,
    ) -> None:
        from .fitting import fit_sequences

        self.has_times_ = np.array(interactions.has_times)
        self.n_kinds_ = np.array(len(interactions.kind_names))
        counts = interactions.item_counts()
        self._describe(items, interactions, counts)
        self.prior_ = self._learned_prior(counts)
        loss = self._loss(counts)
        self._learn(
            lambda module: fit_sequences(
                self, module, loss, interactions, validation, options
            ),
            options,
        )

    def _describe(
        self, items: Any, interactions: Interactions, counts: np.ndarray
    ) -> None:
        """Take note of the items; counts: (n_items,), how many people took each."""
        self.is_known_ = counts > 0

    def _loss(self, counts: np.ndarray) -> Loss:
        from .losses import loss_of

        return loss_of(self.loss, counts, self.negatives)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        from .fitting import last_vectors

        vectors = last_vectors(self.network, histories, self.max_length)
        scores = self.compare(vectors, self.item_vectors_)
        scores[histories.lengths == 0] = np.nan
        scores[:, ~self.is_known_] = np.nan
        return scores

    def compare(self, states: np.ndarray, item_vectors: np.ndarray) -> np.ndarray:
        """Return (n_queries, n_items), how well each item follows each state."""
        scores: np.ndarray = states @ item_vectors.T
        return scores

    def _similarities(self, item_indices: np.ndarray) -> np.ndarray:
        return cosines(self.item_vectors_[:, : self.embedding_size], item_indices)

    @property
    def task(self) -> Task:  # type: ignore[override]
        """What it is measured by: new items, or with repeats any."""
        return "any-items" if self.repeats >= REPEATS_COUNT else "new-items"

    def _learned_prior(self, counts: np.ndarray) -> np.ndarray:
        from .losses import LARGEST_FULL

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
        return self._module(
            len(self.is_known_), int(self.n_kinds_), has_times=bool(self.has_times_)
        )
