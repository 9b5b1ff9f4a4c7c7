"""From interactions to trained weights, and from histories to vectors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from django_recsys.learning.data import Histories, Interactions, TrainingData
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.neural.modules.sequence import SequenceModule, Sequences

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
from .windows import Windows, batches, padded, windows_of

ROWS_AT_A_TIME = 40_000  # rows of histories that are read at once when scoring


@dataclass(frozen=True, eq=False, kw_only=True)
class SequenceConfig:
    """The training of a sequence model, beside the trainer's own configuration."""

    name: str
    trainer: TrainerConfig
    loss: Loss
    max_length: int
    """Newest rows of a history that are read."""
    batch_tokens: int
    embedding_size: int
    repeat_weight: float
    """Weight of a repeated item of a history as a target."""
    repeats_are_relevant: bool
    """Whether items of the history are ranked in validation."""
    horizon: int
    compare: Callable[[np.ndarray, np.ndarray], np.ndarray]
    """(states, item vectors) -> (n_queries, n_items) scores."""
    mark: str
    """What else must be equal to resume from a checkpoint."""


def fit_sequences(
    module: SequenceModule, data: TrainingData, config: SequenceConfig
) -> TrainedWeights:
    """Train the module and return its best weights.

    Raises DataError where no history has two rows; reports where none has two moments.
    """
    kept, early_stopping_set = split_validation_rows(
        data.interactions,
        data.validation,
        data.options.seed,
        repeats=config.repeats_are_relevant,
    )
    histories = kept.histories()
    windows = windows_of(histories, config.max_length)
    if not len(windows):
        raise DataError(f"{config.name} needs a history of two rows or more.")
    module.to(device_of(data.options.device))
    weights = weight_of_kinds(kept, histories)
    weights[is_repeat(histories)] *= config.repeat_weight
    rows = _Rows(histories, weights, config.horizon)

    trainer_input = TrainerInput(
        steps_per_epoch=max(1, windows.targets // config.batch_tokens),
        step_size=1.0
        * min(windows.targets, config.batch_tokens)
        * config.embedding_size
        * len(data.interactions.items),
        batches=lambda random: batches(windows, config.batch_tokens, random),
        loss=lambda net, chosen, done: rows.loss(module, windows, chosen, config.loss),
        validate=None
        if early_stopping_set is None
        else lambda net: _quality(module, early_stopping_set, config),
        mark=config.mark,
    )
    curve = train(module, trainer_input, config.trainer, data.options)
    if not has_two_moments(histories):  # the last message, so that it stays visible
        data.options.report(
            1.0,
            f"{config.name} has learned nothing: it needs users with two baskets, but "
            "all rows of each user are of one moment.",
        )
    return trained_weights(module, curve)


def weight_of_kinds(interactions: Interactions, histories: Histories) -> np.ndarray:
    """Return (n_rows,) float32: the weight of each row as a target, at most 1.

    The kind of largest weight, mostly purchases, counts 1.
    """
    if histories.kinds is None or len(interactions.kind_names) < 2:
        return np.ones(len(histories.item_indices), dtype=np.float32)
    size = len(interactions.kind_names)
    sums = np.bincount(histories.kinds, histories.weights, minlength=size)
    means = sums / np.maximum(np.bincount(histories.kinds, minlength=size), 1)
    shares: np.ndarray = (means / means.max())[histories.kinds].astype(np.float32)
    return shares


def has_two_moments(histories: Histories) -> bool:
    """Return whether any history has rows of two moments."""
    if histories.timestamps is None:
        return True  # each row is a step of its own
    is_later = np.diff(histories.timestamps) != 0
    return bool((is_later & (np.diff(histories.owners) == 0)).any())


def is_repeat(histories: Histories) -> np.ndarray:
    """Return (n_rows,) bool: the item is earlier in the same history, too."""
    codes = histories.owners.astype(np.int64) * histories.n_items
    codes += histories.item_indices
    order = np.argsort(codes, kind="stable")
    result = np.zeros(len(codes), dtype=bool)
    result[order[1:]] = codes[order[1:]] == codes[order[:-1]]
    return result


@dataclass(frozen=True, eq=False)
class _Rows:
    """Histories with the weights of their rows as targets."""

    histories: Histories
    weights: np.ndarray
    """(n_rows,) float32."""
    horizon: int
    """Most rows to skip, at random, before a target."""

    def loss(
        self, module: SequenceModule, windows: Windows, chosen: Any, loss: Loss
    ) -> Tensor:
        rows, real = padded(windows.first[chosen], windows.lengths[chosen])
        device = next(module.parameters()).device
        read = sequences_of(self.histories, rows[:, :-1], real[:, :-1], device)
        states, is_target = self.targets(rows, real)
        places, owners = np.unique(states[is_target], return_inverse=True)
        hidden = module.states(read).flatten(0, 1)[torch.from_numpy(places).to(device)]
        # With a horizon a row is predicted from an earlier state than the last one.
        order = np.argsort(owners, kind="stable")
        owners, rows = owners[order], rows[:, 1:][is_target][order]
        targets = self.histories.item_indices[rows].astype(np.int64)
        targets = Targets(
            rows=torch.from_numpy(owners).to(device),
            items=torch.from_numpy(targets).to(device),
            weights=torch.from_numpy(self.weights[rows]).to(device),
        )
        return loss(hidden, targets, module)

    def targets(
        self, rows: np.ndarray, real: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the state that predicts each row but the first, and the target rows.

        A row is predicted from the rows before its moment: rows of one time are one
        basket, whose own order is arbitrary. (batch, steps) int64 into batch x steps,
        and bool.
        """
        steps = np.arange(1, rows.shape[1])
        before = np.broadcast_to(steps - 1, (len(rows), len(steps)))
        times = self.histories.timestamps
        if times is not None:
            is_new = np.diff(times[rows], axis=1) != 0
            before = np.maximum.accumulate(np.where(is_new, steps, 0), axis=1) - 1
        is_target = real[:, 1:] & (before >= 0)
        if self.horizon:
            farthest = np.clip(before, 0, self.horizon)
            drawn = torch.rand(before.shape, dtype=torch.double).numpy()
            before = before - (drawn * (farthest + 1)).astype(np.int64)
        first = np.arange(len(rows))[:, None] * len(steps)
        return first + before, is_target


def sequences_of(
    histories: Histories, rows: np.ndarray, real: np.ndarray, device: torch.device
) -> Sequences:
    """Return rows (batch, steps) of histories as tensors; real: False where padded."""
    items = np.where(real, histories.item_indices[rows], histories.n_items)
    kinds = times = None
    if histories.kinds is not None:
        kinds = torch.from_numpy(histories.kinds[rows].astype(np.int64)).to(device)
    if histories.timestamps is not None:
        times = torch.from_numpy(histories.timestamps[rows]).to(device)
    return Sequences(torch.from_numpy(items.astype(np.int64)).to(device), kinds, times)


def last_vectors(
    module: SequenceModule, histories: Histories, length: int
) -> np.ndarray:
    """Return (n_queries, *) float32, the state after each history's newest row."""
    newest = histories.recent(length)
    device = next(module.parameters()).device
    result = np.zeros((len(newest), *module.shape_of_state), dtype=np.float32)
    order = np.argsort(newest.lengths, kind="stable")
    order = order[newest.lengths[order] > 0]
    with torch.inference_mode():
        for some in _groups(order, newest.lengths):
            lengths = newest.lengths[some]
            rows, real = padded(newest.starts[:-1][some], lengths)
            hidden = module.states(sequences_of(newest, rows, real, device))
            last = torch.from_numpy(lengths - 1).to(device)
            chosen = hidden[torch.arange(len(some), device=device), last]
            result[some] = chosen.cpu().numpy()
    return result


def _groups(order: np.ndarray, lengths: np.ndarray) -> Iterator[np.ndarray]:
    """Split queries sorted by length into padded groups of a bounded size."""
    begin = 0
    for end in range(1, len(order) + 1):
        # Lengths grow along the order, so the last one is the width of all.
        is_full = (end + 1 - begin) * lengths[order[min(end, len(order) - 1)]]
        if end == len(order) or is_full > ROWS_AT_A_TIME:
            yield order[begin:end]
            begin = end


def _quality(
    module: SequenceModule, early_stopping_set: EarlyStoppingSet, config: SequenceConfig
) -> float:
    vectors = last_vectors(module, early_stopping_set.histories, config.max_length)
    items = module.item_vectors().cpu().numpy()
    return early_stopping_set.ndcg(lambda part: config.compare(vectors[part], items))
