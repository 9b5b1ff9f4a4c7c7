"""Training of an autoencoder on sparse histories, and their codes."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Tensor

from django_recsys.learning.data import Histories, TrainingData
from django_recsys.learning.neural.modules.autoencoder import AutoencoderNetwork
from django_recsys.learning.neural.modules.base import Network
from django_recsys.learning.numerics.sparse import row_indices

from .loop import (
    TrainedWeights,
    TrainerConfig,
    TrainerInput,
    device_of,
    train,
    trained_weights,
)
from .losses import Loss, Targets
from .validation_rows import EarlyStoppingSet, split_validation_rows

QUERIES_AT_A_TIME = 4096
TARGET_DECAY = 0.5  # the n-th target has the weight 1 / n to this power
FULL_DIVERGENCE_FROM = 0.5  # share of the training until which its weight grows


@dataclass(frozen=True, eq=False, kw_only=True)
class AutoencoderConfig:
    """The training of an autoencoder, beside the trainer's own configuration."""

    trainer: TrainerConfig
    loss: Loss
    batch_users: int
    hidden_size: int
    divergence: float
    """Largest weight of the KL term."""
    weigh: Callable[[Histories], csr_array]
    """Histories -> (n_queries, n_items), the input."""
    compare: Callable[[np.ndarray, np.ndarray], np.ndarray]
    """(states, item vectors) -> (n_queries, n_items) scores."""


def fit_autoencoder(
    module: AutoencoderNetwork, data: TrainingData, config: AutoencoderConfig
) -> TrainedWeights:
    """Train the module and return its best weights."""
    kept, early_stopping_set = split_validation_rows(
        data.interactions, data.validation, data.options.seed
    )
    module.to(device_of(data.options.device))
    rows = config.weigh(kept.histories())
    users = np.flatnonzero(np.diff(rows.indptr) > 0)

    def loss(net: Network, chosen: np.ndarray, done: float) -> Tensor:
        read = rows[chosen]
        counts = target_weights(read)
        read.data = np.where(counts > 0, np.float32(0), read.data)
        items, weights, starts = _tensors(read, module)
        states, divergence = net(items, weights, starts)
        owners = torch.repeat_interleave(
            torch.arange(len(chosen), device=items.device),
            torch.diff(starts, append=starts.new_tensor([len(items)])),
        )
        # The bias of an item is one more coordinate, at which states are one.
        states = torch.cat((states, torch.ones_like(states[:, :1])), dim=1)
        every = torch.from_numpy(counts).to(items.device)
        at = torch.nonzero(every)[:, 0]
        targets = Targets(rows=owners[at], items=items[at], weights=every[at])
        error = config.loss(states, targets, module)
        share = min(done / FULL_DIVERGENCE_FROM, 1.0) * config.divergence
        # The loss is a mean per item, so the divergence is divided by the items.
        result: Tensor = error + share * divergence.sum() / len(items)
        return result

    trainer_input = TrainerInput(
        steps_per_epoch=math.ceil(len(users) / config.batch_users),
        step_size=1.0
        * min(len(users), config.batch_users)
        * config.hidden_size
        * len(data.interactions.items),
        batches=lambda random: _batches(users, config.batch_users, random),
        loss=loss,
        validate=None
        if early_stopping_set is None
        else lambda net: _quality(module, early_stopping_set, config),
    )
    curve = train(module, trainer_input, config.trainer, data.options)
    return trained_weights(module, curve)


def target_weights(rows: csr_array) -> np.ndarray:
    """Return (n_cells,) float32: the weight of each cell as a target, 0 for inputs.

    Each row is split at a random place of its order in time; the newer part is hidden
    and predicted from the rest, the next item with the largest weight. Without a
    recency the order is random. Rows of one cell have no input.
    """
    lengths, owners = np.diff(rows.indptr), row_indices(rows)
    order = np.lexsort((torch.rand(len(owners)).numpy(), rows.data, owners))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - rows.indptr[:-1][owners]
    able = np.maximum(lengths - 1, 0)
    cuts = (torch.rand(len(lengths)).numpy() * able).astype(np.int64) + 1
    ahead = place - np.minimum(cuts, able)[owners]
    weights = np.maximum(ahead + 1, 1.0) ** -TARGET_DECAY
    return np.where(ahead < 0, 0, weights).astype(np.float32)


def encode(module: AutoencoderNetwork, queries: csr_array) -> np.ndarray:
    """Return (n_queries, hidden) float32, to compare with item vectors."""
    parts = [np.zeros((0, module.items_out.embedding_dim), dtype=np.float32)]
    with torch.inference_mode():
        for at in range(0, queries.shape[0], QUERIES_AT_A_TIME):
            states, _ = module(*_tensors(queries[at : at + QUERIES_AT_A_TIME], module))
            parts.append(states.cpu().numpy())
    return np.concatenate(parts)


def _batches(
    users: np.ndarray, size: int, random: np.random.Generator
) -> Iterator[np.ndarray]:
    order = random.permutation(users)
    return (order[at : at + size] for at in range(0, len(order), size))


def _tensors(
    rows: csr_array, module: AutoencoderNetwork
) -> tuple[Tensor, Tensor, Tensor]:
    """Return items, weights in rows of length one, and where each row starts."""
    lengths = np.diff(rows.indptr)
    norms = np.sqrt(np.add.reduceat(np.append(rows.data**2, 0), rows.indptr[:-1]))
    norms = np.where(lengths > 0, norms, 1)
    weights = rows.data / np.maximum(np.repeat(norms, lengths), 1e-12)
    device = module.items_out.weight.device
    return (
        torch.from_numpy(rows.indices.astype(np.int64)).to(device),
        torch.from_numpy(weights.astype(np.float32)).to(device),
        torch.from_numpy(rows.indptr[:-1].astype(np.int64)).to(device),
    )


def _quality(
    module: AutoencoderNetwork,
    early_stopping_set: EarlyStoppingSet,
    config: AutoencoderConfig,
) -> float:
    states = encode(module, config.weigh(early_stopping_set.histories))
    items = module.item_vectors().cpu().numpy()
    return early_stopping_set.ndcg(lambda part: config.compare(states[part], items))
