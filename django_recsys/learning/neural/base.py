"""The base of all deep models: their training and their artifacts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal import trend_hyperparameter
from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.recommender import Recommender, TrainingOptions

if TYPE_CHECKING:
    from .training.loop import TrainedWeights, TrainerConfig


@dataclass(kw_only=True, eq=False)
class DeepRecommender(Recommender):
    """A recommender that is a network: its weights are one array of the artifact."""

    class_capabilities: ClassVar[Capabilities] = Capabilities(
        handles_new_users=True, has_similar_items=True
    )
    array_names: ClassVar[tuple[str, ...]] = (
        "parameters_",
        "item_vectors_",
        "is_known_",
        "curve_",
        "trend_",
    )

    learning_rate: float = hyperparameter(
        2e-3,
        low=1e-6,
        high=1.0,
        help="Learning rate; larger learns faster, but may diverge.",
    )
    item_rate: float = hyperparameter(
        8.0,
        low=0.1,
        high=100.0,
        help="Learning rate of item vectors, as a multiple of learning_rate.",
    )
    epochs: int = hyperparameter(
        12, low=1, high=1000, help="Maximum number of passes over the data."
    )
    patience: int = hyperparameter(
        5,
        low=1,
        high=1000,
        help="Number of passes without a gain before training stops.",
    )
    negatives: int = hyperparameter(
        1024,
        low=1,
        high=100_000,
        help="Number of negatives per step (sampled) or per row (gbce).",
    )

    trend: float = trend_hyperparameter()

    parameters_: np.ndarray = field(init=False, repr=False)
    """(n_parameters,) float32, all weights of the module in its own order."""
    item_vectors_: np.ndarray = field(init=False, repr=False)
    """(n_items, size) float32, to compare states with; zero for unknown items."""
    is_known_: np.ndarray = field(init=False, repr=False)
    """(n_items,) bool: has a vector."""
    trend_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, factors of the probabilities of new items."""
    curve_: np.ndarray = field(init=False, repr=False)
    """(n_intervals, 2) float64: mean loss, NDCG@10 on the validation rows."""
    seconds_: np.ndarray = field(init=False, repr=False)
    """(n_intervals,) float64, since the start of the training; not in artifacts."""

    def _trainer_config(self) -> TrainerConfig:
        from .training.loop import TrainerConfig

        return TrainerConfig(
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            item_rate=self.item_rate,
            patience=self.patience,
        )

    @abstractmethod
    def _fresh_module(self) -> Any:
        """Return the architecture with fresh weights."""

    def _learn(
        self, train: Callable[[Any], TrainedWeights], options: TrainingOptions
    ) -> None:
        """Train a seeded module, or one that starts from an earlier training."""
        from .training.weights import seeded, start_from

        vars(self).pop("_network", None)  # that of an earlier fit
        module = seeded(self._fresh_module, options.seed)
        start_from(options.previous, module, self)
        trained = train(module)
        self.parameters_, self.item_vectors_, self.curve_, self.seconds_ = trained
        self.item_vectors_[~self.is_known_] = 0

    @property
    def network(self) -> Any:
        """The trained module, built from its weights at first use."""
        if "_network" not in vars(self):
            from .training.weights import filled

            self._network = filled(self._fresh_module(), self.parameters_, self.name)
        return self._network
