"""Estimates of a fit's memory and time, and settings that fit into memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django_recsys.learning.data import Interactions
from django_recsys.learning.exceptions import TooLargeError
from django_recsys.learning.registry import capabilities_of, missing_extra, settings_of

from .cost_terms import (
    TERMS,
    Settings,
    Sizes,
    chooses,
    learns_weights,
    side,
    source_names,
)
from .costs import CHOICE, COSTS
from .memory import available_memory

__all__ = ["Arrangement", "Estimate", "Sizes", "arrange", "available_memory", "plan"]

GIGABYTE = 1e9
USABLE_SHARE = 0.8
"""Of the free memory; an estimate is right within a factor, and others need some."""
SMALLEST_BLOCK = 1000
KEPT_SHARE = 0.5
"""The model's share of the peak of a fit: of `ease` one matrix of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Memory and time of one fit, beside the interactions themselves."""

    algorithm: str
    memory_bytes: float
    """The peak, above what the process held before."""
    cpu_seconds: float
    """On the machine of the calibration; see docs/engine/lab.md."""

    def __str__(self) -> str:
        return f"{self.algorithm} ({in_words(self.memory_bytes)}, {self.duration})"

    @property
    def duration(self) -> str:
        if self.cpu_seconds < 90:
            return f"{max(self.cpu_seconds, 0.1):.1f} s"
        return f"{self.cpu_seconds / 60:.0f} min"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """How to fit in the free memory."""

    estimate: Estimate | None
    """None for an algorithm without measured costs."""
    hyperparameters: Mapping[str, Any]
    """The requested ones, changed only where they would not fit."""
    remark: str = ""
    """What was changed and why; "" for no change."""


def plan(
    algorithm: str, sizes: Sizes, hyperparameters: Mapping[str, Any] | None = None
) -> Estimate | None:
    """Return the estimate of a fit; None for an algorithm without measured costs."""
    if algorithm not in COSTS:
        return None
    settings = settings_of(algorithm, hyperparameters)
    own = _of_terms(COSTS[algorithm], sizes, settings)
    parts = of_parts(sizes, settings)
    return Estimate(
        algorithm=algorithm,
        memory_bytes=max(own.memory_bytes + parts.kept_bytes, parts.passing_bytes),
        cpu_seconds=own.cpu_seconds + parts.cpu_seconds,
    )


class Parts(NamedTuple):
    """The costs of a fit's parts."""

    kept_bytes: float
    """The models of a blend's sources, which stay in memory."""
    passing_bytes: float
    """The peak of what is freed before: the choice of recency and trend, or the last
    source being fitted beside the others."""
    cpu_seconds: float


def of_parts(sizes: Sizes, settings: Settings) -> Parts:
    """Return the costs of a blend's sources, and of choosing recency and trend.

    The models of one fit share one choice. A blend that learns its weights fits its
    sources twice and chooses twice: on the older part of the data, then on all.
    """
    names = [name for name in source_names(settings) if name in COSTS]
    sources = {name: settings_of(name) for name in names}
    found = [_of_terms(COSTS[name], sizes, each) for name, each in sources.items()]
    peaks = [each.memory_bytes for each in found]
    kept = KEPT_SHARE * sum(peaks)
    while_fitting = kept + (1 - KEPT_SHARE) * max(peaks, default=0.0)
    is_chosen = any(map(chooses, (settings, *sources.values())))
    choice = _of_terms(CHOICE, sizes, settings) if is_chosen else _Amounts(0.0, 0.0)
    seconds = choice.cpu_seconds + sum(each.cpu_seconds for each in found)
    return Parts(
        kept_bytes=kept,
        passing_bytes=max(choice.memory_bytes, while_fitting),
        cpu_seconds=2 * seconds if learns_weights(settings) else seconds,
    )


class _Amounts(NamedTuple):
    memory_bytes: float
    cpu_seconds: float


def _of_terms(
    costs: Mapping[str, Mapping[str, float]], sizes: Sizes, settings: Settings
) -> _Amounts:
    gigabytes, seconds = (
        sum(cost * TERMS[term](sizes, settings) for term, cost in costs[kind].items())
        for kind in ("memory", "seconds")
    )
    return _Amounts(gigabytes * GIGABYTE, seconds)


def arrange(
    algorithm: str,
    sizes: Sizes | Interactions,
    hyperparameters: Mapping[str, Any] | None = None,
    *,
    memory_bytes: float | None = None,
) -> Arrangement:
    """Return how to fit in the given memory, else in the free memory of this machine.

    EASE is limited to its most popular items where neither of its forms fits. Raises
    TooLargeError, naming what would fit, where nothing helps.
    """
    if isinstance(sizes, Interactions):
        sizes = Sizes.of(sizes)
    requested = dict(hyperparameters or {})
    free = available_memory() if memory_bytes is None else memory_bytes
    usable = free * USABLE_SHARE
    estimate = plan(algorithm, sizes, requested)
    if estimate is None or estimate.memory_bytes <= usable:
        return Arrangement(estimate=estimate, hyperparameters=requested)
    if "most_items" in settings_of(algorithm):
        found = _with_fewer_items(algorithm, sizes, requested, usable)
        if found is not None:
            return found
    raise TooLargeError(_refusal(estimate, sizes, free, usable))


def in_words(memory_bytes: float) -> str:
    """Return an amount of memory as text."""
    if memory_bytes < GIGABYTE:
        return f"{max(memory_bytes / 1e6, 1):.0f} MB"
    return f"{memory_bytes / GIGABYTE:.1f} GB"


def _with_fewer_items(
    algorithm: str, sizes: Sizes, requested: dict[str, Any], usable: float
) -> Arrangement | None:
    low, high = SMALLEST_BLOCK, int(side(sizes, requested))
    best: Arrangement | None = None
    while low <= high:
        middle = (low + high) // 2
        settings = {**requested, "most_items": middle}
        estimate = plan(algorithm, sizes, settings)
        if estimate is None or estimate.memory_bytes > usable:
            high = middle - 1
            continue
        low = middle + 1
        remark = (
            f"{algorithm} is fitted on the {middle:,} most popular of "
            f"{sizes.items:,} items ({in_words(estimate.memory_bytes)}): all of them "
            f"would not fit into {in_words(usable)}."
        )
        best = Arrangement(estimate=estimate, hyperparameters=settings, remark=remark)
    return best


def _refusal(estimate: Estimate, sizes: Sizes, free: float, usable: float) -> str:
    others = [
        each
        for name in COSTS
        if name != estimate.algorithm
        and not capabilities_of(name).is_baseline
        and missing_extra(name) is None
        and (each := plan(name, sizes)) is not None
        and each.memory_bytes <= usable
    ]
    others.sort(key=lambda each: each.cpu_seconds)
    offer = ", ".join(map(str, others)) or "popular alone"
    return (
        f"{estimate.algorithm} needs about {in_words(estimate.memory_bytes)} for "
        f"{sizes.users:,} users, {sizes.items:,} items and {sizes.interactions:,} "
        f"interactions; {in_words(free)} are free, of which {in_words(usable)} may be "
        f"used. What fits: {offer}."
    )
