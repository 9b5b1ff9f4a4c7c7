"""One training loop for all architectures."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from django_recsys.learning.exceptions import DataError, RecsysError
from django_recsys.learning.neural.modules.base import Network
from django_recsys.learning.options import TrainingOptions

from .checkpoints import read_checkpoint, write_checkpoint
from .weights import flattened

LONGEST_GRADIENT = 5.0
STEPS_BETWEEN_REPORTS = 20
MOST_STEPS_PER_INTERVAL = 250  # a long epoch is scored and saved in between
TOLERANCE = 0.95
SMALL_STEP = 1e8  # multiplications below which a second thread costs more than it saves


class DivergedError(RecsysError):
    """The loss is no longer finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainerConfig:
    """Epochs, learning rates and early stopping."""

    epochs: int
    learning_rate: float
    item_rate: float
    """Learning rate of item vectors, as a multiple of ``learning_rate``."""
    warm_up: float = 0.05
    """Share of the steps in which the learning rate rises from zero."""
    patience: int = 3
    """Epochs without a better score before training ends."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainerInput:
    """Batches, loss and validation."""

    steps_per_epoch: int
    """About how many batches an epoch has, for the learning rate."""
    step_size: float
    """About how many multiplications a step takes."""
    batches: Callable[[np.random.Generator], Iterable[Any]]
    loss: Callable[[Network, Any, float], Tensor]
    """(module, batch, share of the training done) -> ()"""
    validate: Callable[[Network], float] | None = None
    """A score, higher is better; None trains all epochs."""
    mark: str = ""
    """What else must be equal to resume from a checkpoint."""


def train(
    module: Network,
    trainer_input: TrainerInput,
    config: TrainerConfig,
    options: TrainingOptions,
) -> np.ndarray:
    """Train in place, leave the best weights in the module, return the curve.

    Gives (n_intervals, 3) float64: mean loss, validation score (NaN without one) and
    seconds since the start. An interval is an epoch, or an equal part of a long one.
    The same seed gives the same weights, also after resuming from a checkpoint
    (`TrainingOptions.checkpoint`). A time budget shortens the schedule of the learning
    rate; how many epochs fit depends on the machine. Raises DivergedError, naming what
    to lower.
    """
    threads = options.threads if trainer_input.step_size > SMALL_STEP else 1
    with _seeded(options.seed), _threads(threads):
        training = _Training(module, trainer_input, config, options)
        training.resume()
        training.run()
    if training.best:
        module.load_state_dict(training.best)
    module.eval()
    return np.array(training.curve, dtype=np.float64).reshape(-1, 3)


class _Training:
    def __init__(
        self,
        module: Network,
        trainer_input: TrainerInput,
        config: TrainerConfig,
        options: TrainingOptions,
    ) -> None:
        self.module, self.input = module, trainer_input
        self.config, self.options = config, options
        self.optimizer = _optimizer(module, config)
        self.curve: list[tuple[float, float, float]] = []
        self.best: dict[str, Tensor] = {}
        self.start = time.monotonic()

    def resume(self) -> None:
        """Load the checkpoint, if there is one of this very training."""
        path = self.options.checkpoint
        if path is None:
            return
        found = read_checkpoint(path, self.module, self.optimizer, self.mark)
        if found is not None:
            self.curve, self.best = found
            self.start -= self.curve[-1][2]

    def run(self) -> None:
        while len(self.curve) < self.total_intervals and not self.is_over():
            loss = self.run_interval(len(self.curve))
            score = self.score()
            self.curve.append((loss, score, self.seconds))
            if self.is_good(len(self.curve) - 1):
                weights = self.module.state_dict().items()
                self.best = {name: each.detach().clone() for name, each in weights}
            self.report(len(self.curve) / self.total_intervals, loss, score)
            self.save()

    @property
    def intervals(self) -> int:
        """Intervals per epoch."""
        return max(1, math.ceil(self.input.steps_per_epoch / MOST_STEPS_PER_INTERVAL))

    @property
    def epoch(self) -> int:
        """The epoch of the next interval, from 1."""
        return len(self.curve) // self.intervals + 1

    @property
    def total_intervals(self) -> int:
        return self.config.epochs * self.intervals

    def is_over(self) -> bool:
        """Whether to stop early."""
        if not self.curve:
            return False
        patience = self.config.patience * self.intervals
        intervals = range(len(self.curve) - patience, len(self.curve))
        has_stalled = intervals[0] > 0 and not any(map(self.is_good, intervals))
        return self.share_of_time >= 1 or has_stalled

    def is_good(self, number: int) -> bool:
        """Whether an interval's score is among the best so far.

        Scores of a few users are noisy, and later intervals have a lower learning rate:
        of scores close to the best the latest is kept.
        """
        best = max(each[1] for each in self.curve)
        return not self.curve[number][1] < TOLERANCE * best

    def run_interval(self, number: int) -> float:
        """Train on its batches, or until the time is up; return the mean loss."""
        epoch, part = divmod(number, self.intervals)
        # Seeded per interval, so that resuming needs no state of a generator.
        random = np.random.default_rng((self.options.seed, epoch))
        torch.manual_seed(int(random.integers(1 << 62)) + part)
        self.module.train()
        size = math.ceil(self.input.steps_per_epoch / self.intervals)
        first = part * size
        # The number of batches is an estimate: the last interval takes the rest.
        end = None if part + 1 == self.intervals else first + size
        losses = []
        some = islice(self.input.batches(random), first, end)
        for step, batch in enumerate(some, first):
            share = min(step / self.input.steps_per_epoch, 1.0)
            done = max((epoch + share) / self.config.epochs, self.share_of_time)
            losses.append(self.step(batch, min(done, 1.0)))
            if step % STEPS_BETWEEN_REPORTS == 0:
                self.report(done, losses[-1])
            if done >= 1:
                break
        return float(np.mean(losses)) if losses else self.curve[-1][0]

    def step(self, batch: Any, done: float) -> float:
        """Train on one batch; return its loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["full_rate"] * rate_schedule(done, self.config.warm_up)
        loss = self.input.loss(self.module, batch, done)
        value = float(loss.detach())
        if not np.isfinite(value):
            raise DivergedError(
                f"The loss became {value} in epoch {self.epoch}: lower "
                f"learning_rate (it is {self.config.learning_rate:g}) or item_rate "
                f"(it is {self.config.item_rate:g})."
            )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.module.parameters(), LONGEST_GRADIENT)
        self.optimizer.step()
        return value

    def score(self) -> float:
        """Return the validation score, NaN where there is none."""
        if self.input.validate is None:
            return float("nan")
        self.module.eval()
        with torch.inference_mode():
            return self.input.validate(self.module)

    def report(self, done: float, loss: float, score: float | None = None) -> None:
        # Not by the share done: where the time is short, epochs are left out.
        number = self.epoch
        if score is not None:
            number = -(-len(self.curve) // self.intervals)
        message = f"epoch {number} of {self.config.epochs}: loss {loss:.4f}"
        if score is not None and np.isfinite(score):
            message += f", NDCG@10 {score:.4f}"
        self.options.report(min(done, 1.0), message)

    def save(self) -> None:
        """Write a checkpoint, where there is a path for it."""
        path = self.options.checkpoint
        if path is not None:
            write_checkpoint(
                path, self.module, self.optimizer, self.mark, self.curve, self.best
            )

    @property
    def seconds(self) -> float:
        """Since the start, including those before an interruption."""
        return time.monotonic() - self.start

    @property
    def share_of_time(self) -> float:
        """Spent share of the time budget; 0 without one."""
        budget = self.options.time_budget
        if budget is None:
            return 0.0
        return self.seconds / max(budget.total_seconds(), 1e-9)

    @property
    def mark(self) -> str:
        """What must be equal to resume from a checkpoint."""
        weights = self.module.state_dict().items()
        shapes = [(name, *value.shape) for name, value in weights]
        return f"{self.config} {self.options.seed} {shapes} {self.input.mark}"


def rate_schedule(done: float, warm_up: float) -> float:
    """Return the share of the full learning rate: a linear warm-up, a linear decay."""
    if done < warm_up:
        return max(done / warm_up, 0.01)
    return max((1 - done) / (1 - warm_up), 0.01)


def _optimizer(module: Network, config: TrainerConfig) -> torch.optim.Optimizer:
    sparse: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, value in module.named_parameters():
        (sparse if name in module.sparse_tables else others).append(value)
    rate = config.learning_rate
    groups = [
        {"params": sparse, "full_rate": rate * config.item_rate},
        {"params": others, "full_rate": rate},
    ]
    # Fused: one pass over the weights instead of ten, which took a tenth of a step.
    return torch.optim.Adam(
        [group for group in groups if group["params"]],
        lr=rate,
        betas=(0.9, 0.98),
        fused=True,
    )


class TrainedWeights(NamedTuple):
    """The result of a training."""

    parameters: np.ndarray
    """(n_parameters,) float32."""
    item_vectors: np.ndarray
    """(n_items, size) float32."""
    curve: np.ndarray
    """(n_intervals, 2) float64: mean loss, NDCG@10 on the validation rows."""
    seconds: np.ndarray
    """(n_intervals,) float64, since the start."""


def trained_weights(module: Network, curve: np.ndarray) -> TrainedWeights:
    with torch.inference_mode():
        vectors = module.item_vectors().cpu().numpy().copy()
    return TrainedWeights(flattened(module), vectors, curve[:, :2], curve[:, 2])


def device_of(name: str) -> torch.device:
    """Return the device; "auto" takes a GPU where there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        return torch.device(name)
    except RuntimeError as error:
        message = f"There is no device {name!r}; take auto, cpu or cuda."
        raise DataError(message) from error


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(max(count, 1))
    try:
        yield
    finally:
        torch.set_num_threads(before)
