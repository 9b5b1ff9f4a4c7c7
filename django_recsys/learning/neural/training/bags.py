"""From what people took, weighed by recency, to trained weights and codes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from django_recsys.learning.data.interactions import Interactions
from django_recsys.learning.neural.modules.autoencoder import Autoencoder as Module
from django_recsys.learning.neural.modules.base import Network
from django_recsys.learning.options import TrainingOptions

from .loop import Task, train
from .losses import Wanted, loss_of
from .sequences import Learned, device_of, learned_of, plan_of
from .validation_rows import Exam, held_out

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from django_recsys.learning.neural.autoencoder import Autoencoder

QUERIES_AT_A_TIME = 4096
FADING = 0.5  # what comes n-th counts 1 / n to this power
WEIGHT_OF_DIVERGENCE_GROWS = 0.5  # share of the training until it is full (annealing)


def fit_bags(
    model: Autoencoder,
    module: Module,
    interactions: Interactions,
    validation: Interactions | None,
    options: TrainingOptions,
) -> Learned:
    """Train the module and return what it came to."""
    kept, exam = held_out(interactions, validation, options.seed)
    module.to(device_of(options.device))
    rows = model._query_matrix(kept.histories())
    some = np.flatnonzero(np.diff(rows.indptr) > 0)
    loss_of_items = loss_of(model.loss, interactions.item_counts(), model.negatives)

    def loss(net: Network, chosen: np.ndarray, done: float) -> Tensor:
        read = rows[chosen]
        counting = newest_hidden(read)
        read.data = np.where(counting > 0, np.float32(0), read.data)
        items, weights, starts = _tensors(read, module)
        states, divergence = net(items, weights, starts)
        owners = torch.repeat_interleave(
            torch.arange(len(chosen), device=items.device),
            torch.diff(starts, append=starts.new_tensor([len(items)])),
        )
        # The bias of an item is one more coordinate, where every state is one.
        states = torch.cat((states, torch.ones_like(states[:, :1])), dim=1)
        asked = torch.from_numpy(counting).to(items.device)
        at = torch.nonzero(asked)[:, 0]
        wanted = Wanted(rows=owners[at], items=items[at], weights=asked[at])
        wrong = loss_of_items(states, wanted, module)
        share = min(done / WEIGHT_OF_DIVERGENCE_GROWS, 1.0) * model.divergence
        # The loss is per item taken, so the divergence is shared out to them.
        result: Tensor = wrong + share * divergence.sum() / len(items)
        return result

    task = Task(
        steps_per_epoch=math.ceil(len(some) / model.batch_users),
        step_size=1.0
        * min(len(some), model.batch_users)
        * model.hidden_size
        * len(interactions.items),
        batches=lambda random: _batches(some, model.batch_users, random),
        loss=loss,
        validate=None if exam is None else lambda net: _quality(module, exam, model),
    )
    curve = train(module, task, plan_of(model), options)
    return learned_of(module, curve)


def newest_hidden(rows: csr_array) -> np.ndarray:
    """Return how much each cell counts as one to foretell; 0 for those to be read.

    Each row is cut at a random place of its order in time, and what is newer is
    hidden: a recommender is asked what comes, not what was. What comes next counts
    most. Without a recency all cells are alike, and any of them are hidden. What is
    left is weighed as it was, for the weights of a row count by their proportions
    alone. (n_cells,) float32; rows of one cell have nothing to read.
    """
    lengths = np.diff(rows.indptr)
    owners = np.repeat(np.arange(len(lengths)), lengths)
    order = np.lexsort((torch.rand(len(owners)).numpy(), rows.data, owners))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - rows.indptr[:-1][owners]
    able = np.maximum(lengths - 1, 0)
    cuts = (torch.rand(len(lengths)).numpy() * able).astype(np.int64) + 1
    ahead = place - np.minimum(cuts, able)[owners]
    counting: np.ndarray = np.where(ahead < 0, 0, np.maximum(ahead + 1, 1.0) ** -FADING)
    return counting.astype(np.float32)


def codes(module: Module, queries: csr_array) -> np.ndarray:
    """Return (n_queries, hidden) float32, what item vectors are compared with."""
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


def _tensors(rows: csr_array, module: Module) -> tuple[Tensor, Tensor, Tensor]:
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


def _quality(module: Module, exam: Exam, model: Autoencoder) -> float:
    states = codes(module, model._query_matrix(exam.histories))
    items = module.item_vectors().cpu().numpy()
    return exam.ndcg(lambda part: model.compare(states[part], items))
