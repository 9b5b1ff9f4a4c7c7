"""An autoencoder that predicts the newest part of a history from the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal import TrendWeighted, add_trend
from django_recsys.learning.data import Histories, TrainingData
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.vectors import cosines

from .base import DeepRecommender

if TYPE_CHECKING:
    from .modules.autoencoder import AutoencoderNetwork


@dataclass(kw_only=True, eq=False)
class Autoencoder(DeepRecommender, TrendWeighted):
    """Variational autoencoder for implicit feedback (Mult-VAE, Liang et al. 2018).

    With ``variational`` off the denoising one of the same paper (Mult-DAE). The order
    of a history counts by recency alone. Unlike in the paper a history is not
    reconstructed: its newest part is hidden and predicted from the rest.
    """

    name: ClassVar[str] = "autoencoder"
    array_names: ClassVar[tuple[str, ...]] = (*DeepRecommender.array_names, "recency_")

    variational: bool = hyperparameter(
        default=True,
        help="Variational autoencoder. Off: denoising, without a distribution of "
        "codes.",
    )
    embedding_size: int = hyperparameter(
        128, low=2, high=2048, help="Size of the code of a history."
    )
    hidden_size: int = hyperparameter(
        256, low=2, high=4096, help="Size of the item vectors."
    )
    dropout: float = hyperparameter(
        0.0,
        low=0.0,
        high=0.9,
        help="Dropout rate of the input; larger resists overfitting.",
    )
    divergence: float = hyperparameter(
        0.2,
        low=0.0,
        high=1.0,
        help="Weight of the KL divergence; larger means smoother.",
    )
    item_rate: float = hyperparameter(
        4.0,
        low=0.1,
        high=100.0,
        help="Learning rate of item vectors, as a multiple of learning_rate.",
    )
    epochs: int = hyperparameter(
        15, low=1, high=1000, help="Maximum number of passes over the data."
    )
    batch_users: int = hyperparameter(
        200, low=1, high=100_000, help="Number of histories per step."
    )
    loss: str = hyperparameter(
        "auto",
        choices=("auto", "softmax", "sampled"),
        help="Loss function. auto: softmax up to 20,000 items, sampled softmax above.",
    )

    def _fit(self, data: TrainingData) -> None:
        from .training.losses import loss_of
        from .training.sparse_histories import AutoencoderConfig, fit_autoencoder

        self._learn_recency_and_trend(data)
        counts = data.interactions.item_counts()
        self.is_known_ = counts > 0
        config = AutoencoderConfig(
            trainer=self._trainer_config(),
            loss=loss_of(self.loss, counts, self.negatives),
            batch_users=self.batch_users,
            hidden_size=self.hidden_size,
            divergence=self.divergence,
            weigh=self._query_matrix,
            compare=self.compare,
        )
        self._learn(lambda module: fit_autoencoder(module, data, config), data.options)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        from .training.sparse_histories import encode

        queries = self._query_matrix(histories)
        scores = self.compare(encode(self.network, queries), self.item_vectors_)
        scores[np.diff(queries.indptr) == 0] = np.nan
        scores[:, ~self.is_known_] = np.nan
        add_trend(scores, queries, self.trend_)
        return scores

    def compare(self, states: np.ndarray, item_vectors: np.ndarray) -> np.ndarray:
        """Return (n_queries, n_items) scores of states and item vectors."""
        scores: np.ndarray = states @ item_vectors[:, :-1].T
        scores += item_vectors[:, -1]
        return scores

    def _similarities(self, item_indices: np.ndarray) -> np.ndarray:
        return cosines(self.item_vectors_[:, :-1], item_indices)

    def _fresh_module(self) -> AutoencoderNetwork:
        from .modules.autoencoder import AutoencoderNetwork

        return AutoencoderNetwork(
            n_items=len(self.is_known_),
            size=self.embedding_size,
            hidden=self.hidden_size,
            dropout=self.dropout,
            is_variational=self.variational,
        )
