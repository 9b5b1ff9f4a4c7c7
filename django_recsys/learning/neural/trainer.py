"""One loop for every architecture: it knows steps, losses and scores, nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from django_recsys.learning.exceptions import RecsysError
from django_recsys.learning.options import TrainingOptions

from .checkpoints import Progressed, read_checkpoint, write_checkpoint
from .modules.network import Network

LONGEST_GRADIENT = 5.0


class DivergedError(RecsysError):
    """The loss is no finite number any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to train."""

    epochs: int
    learning_rate: float
    item_rate: float
    """How many times larger the learning rate of the item vectors is."""
    warm_up: float = 0.05
    """Share of the steps in which the learning rate rises from zero."""
    patience: int = 3
    """Epochs without a better score before training ends."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Task:
    """What to train on, and how good it is."""

    steps_per_epoch: int
    """About how many batches an epoch has, for the learning rate."""
    batches: Callable[[np.random.Generator], Iterable[object]]
    loss: Callable[[Network, object, float], Tensor]
    """(module, batch, share of the training done) -> ()"""
    validate: Callable[[Network], float] | None = None
    """A score, higher is better; None trains all epochs."""


@dataclass(eq=False)
class _Course:
    """Where the training stands."""

    done: Progressed = field(default_factory=Progressed)
    best: dict[str, Tensor] = field(default_factory=dict)


def train(
    module: Network, task: Task, plan: Plan, options: TrainingOptions
) -> np.ndarray:
    """Train in place, leave the best weights in the module, return the curve.

    Gives (n_epochs, 3) float64: mean loss, validation score (NaN without one) and
    seconds since the start. The same seed gives the same weights, also where a
    checkpoint (`TrainingOptions.checkpoint`) let a second process go on. Raises
    DivergedError with what to lower.
    """
    optimizer = _optimizer(module, plan)
    with _seeded(options.seed), _threads(options.threads):
        course = _Course()
        if options.checkpoint is not None:
            course.done, course.best = read_checkpoint(
                options.checkpoint, module, optimizer, _fingerprint(module, plan)
            )
        _run(module, task, plan, options, optimizer, course)
    if course.best:
        module.load_state_dict(course.best)
    module.eval()
    return np.array(course.done.curve, dtype=np.float64).reshape(-1, 3)


def _run(
    module: Network,
    task: Task,
    plan: Plan,
    options: TrainingOptions,
    optimizer: torch.optim.Optimizer,
    course: _Course,
) -> None:
    begun = time.monotonic()
    before = course.done.curve[-1][2] if course.done.curve else 0.0
    for epoch in range(len(course.done.curve), plan.epochs):
        if _is_over(course.done.curve, plan, options):
            return
        loss = _epoch(module, task, plan, options, optimizer, epoch)
        score = float("nan")
        if task.validate is not None:
            module.eval()
            with torch.inference_mode():
                score = task.validate(module)
        seconds = before + time.monotonic() - begun
        is_best = not score <= max((each[1] for each in course.done.curve), default=-1)
        course.done.curve.append((loss, score, seconds))
        if is_best:
            course.best = {
                name: value.detach().clone()
                for name, value in module.state_dict().items()
            }
        options.report(
            (epoch + 1) / plan.epochs,
            f"epoch {epoch + 1} of {plan.epochs}: loss {loss:.4f}, NDCG@10 {score:.4f}",
        )
        if options.checkpoint is not None:
            mark = _fingerprint(module, plan)
            write_checkpoint(
                options.checkpoint,
                module,
                optimizer,
                mark,
                course.done,
                course.best,
            )


def _is_over(
    curve: list[tuple[float, float, float]], plan: Plan, options: TrainingOptions
) -> bool:
    if not curve:
        return False
    budget = options.time_budget
    if (
        budget is not None
        and curve[-1][2] * (1 + 1 / len(curve)) > budget.total_seconds()
    ):
        return True  # another epoch would pass the budget
    scores = [each[1] for each in curve]
    if np.isnan(scores).any():
        return False
    return len(scores) - 1 - int(np.argmax(scores)) >= plan.patience


def _epoch(
    module: Network,
    task: Task,
    plan: Plan,
    options: TrainingOptions,
    optimizer: torch.optim.Optimizer,
    epoch: int,
) -> float:
    """Return the mean loss."""
    # Anew for each epoch, so that a resumed training needs no state of a generator.
    random = np.random.default_rng((options.seed, epoch))
    torch.manual_seed(int(random.integers(1 << 62)))
    module.train()
    total, count = 0.0, 0
    for step, batch in enumerate(task.batches(random)):
        done = (epoch + min(step / task.steps_per_epoch, 1.0)) / plan.epochs
        for group in optimizer.param_groups:
            group["lr"] = group["full_rate"] * _rate(done, plan.warm_up)
        loss = task.loss(module, batch, done)
        value = float(loss.detach())
        if not np.isfinite(value):
            raise DivergedError(
                f"The loss became {value} in epoch {epoch + 1}, step {step + 1}: lower "
                f"learning_rate (it is {plan.learning_rate:g}) or item_rate "
                f"({plan.item_rate:g})."
            )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(module.parameters(), LONGEST_GRADIENT)
        optimizer.step()
        total, count = total + value, count + 1
        if step % 20 == 0:
            options.report(
                done, f"epoch {epoch + 1} of {plan.epochs}: loss {value:.4f}"
            )
    return total / max(count, 1)


def _rate(done: float, warm_up: float) -> float:
    """Return the share of the full learning rate: up in a line, down in another."""
    if done < warm_up:
        return max(done / warm_up, 0.01)
    return max((1 - done) / (1 - warm_up), 0.01)


def _optimizer(module: Network, plan: Plan) -> torch.optim.Optimizer:
    sparse: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, value in module.named_parameters():
        (sparse if name in module.sparse_tables else others).append(value)
    rate = plan.learning_rate
    groups = [
        {"params": sparse, "full_rate": rate * plan.item_rate},
        {"params": others, "full_rate": rate},
    ]
    return torch.optim.Adam(
        [group for group in groups if group["params"]], lr=rate, betas=(0.9, 0.98)
    )


def _fingerprint(module: Network, plan: Plan) -> str:
    """Return what must be the same for a checkpoint to fit."""
    shapes = [(name, *value.shape) for name, value in module.state_dict().items()]
    return f"{plan} {shapes}"


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
