"""What a fit will take, before it is begun: memory, time, and what would fit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .exceptions import TooLargeError
from .interactions import Interactions
from .planning_costs import COSTS
from .planning_terms import TERMS, Sizes, choice_bytes, side
from .registry import create, get_recommender_class

__all__ = ["Arrangement", "Estimate", "Sizes", "arrange", "available_memory", "plan"]

GIGABYTE = 1e9
USABLE_SHARE = 0.8
"""Of the free memory; a prediction is right within a factor, and others live, too."""
SMALLEST_BLOCK = 1000
CGROUP_LIMITS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What one fit takes beside the interactions themselves."""

    algorithm: str
    memory_bytes: float
    """The peak, above what the process held before."""
    cpu_seconds: float
    """On the machine of the calibration; see docs/engine/lab.md."""

    def __str__(self) -> str:
        return f"{self.algorithm} ({in_words(self.memory_bytes)}, {self.duration})"

    @property
    def duration(self) -> str:
        """The time in words."""
        if self.cpu_seconds < 90:
            return f"{max(self.cpu_seconds, 0.1):.1f} s"
        return f"{self.cpu_seconds / 60:.0f} min"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """How a fit can be done in the memory there is."""

    estimate: Estimate | None
    """None for an algorithm whose costs nobody measured."""
    hyperparameters: Mapping[str, Any]
    """The ones asked for, changed where only that makes them fit."""
    remark: str = ""
    """What was changed and why; nothing where nothing was."""


def plan(
    algorithm: str, sizes: Sizes, hyperparameters: Mapping[str, Any] | None = None
) -> Estimate | None:
    """Return what a fit takes; None for an algorithm whose costs nobody measured."""
    if algorithm not in COSTS:
        return None
    settings = create(algorithm, **(hyperparameters or {})).hyperparameters
    gigabytes, seconds = (
        sum(cost * TERMS[term](sizes, settings) for term, cost in costs.items())
        for costs in (COSTS[algorithm]["memory"], COSTS[algorithm]["seconds"])
    )
    return Estimate(
        algorithm=algorithm,
        memory_bytes=max(gigabytes * GIGABYTE, choice_bytes(sizes, settings)),
        cpu_seconds=seconds,
    )


def arrange(
    algorithm: str,
    sizes: Sizes | Interactions,
    hyperparameters: Mapping[str, Any] | None = None,
    *,
    memory_bytes: float | None = None,
) -> Arrangement:
    """Return how to fit in the memory given, else in what is free here.

    EASE is cut to a block of its most informative items where neither of its forms
    fits. Raises TooLargeError, with what would fit, where nothing helps.
    """
    if isinstance(sizes, Interactions):
        sizes = Sizes.of(sizes)
    wanted = dict(hyperparameters or {})
    free = available_memory() if memory_bytes is None else memory_bytes
    usable = free * USABLE_SHARE
    estimate = plan(algorithm, sizes, wanted)
    if estimate is None or estimate.memory_bytes <= usable:
        return Arrangement(estimate=estimate, hyperparameters=wanted)
    names = set(create(algorithm).hyperparameters)
    if "most_items" in names:
        found = _in_a_block(algorithm, sizes, wanted, usable)
        if found is not None:
            return found
    raise TooLargeError(_refusal(estimate, sizes, free, usable))


def available_memory() -> float:
    """Return the bytes that this process may still take: of machine and container."""
    free = [_free_of_machine()]
    for limit, used in CGROUP_LIMITS:
        amounts = [_number(Path(limit)), _number(Path(used))]
        if None not in amounts:
            free.append(float(amounts[0] or 0) - float(amounts[1] or 0))
    return max(0.0, min(free))


def in_words(memory_bytes: float) -> str:
    """Return an amount of memory for people."""
    if memory_bytes < GIGABYTE:
        return f"{max(memory_bytes / 1e6, 1):.0f} MB"
    return f"{memory_bytes / GIGABYTE:.1f} GB"


def _in_a_block(
    algorithm: str, sizes: Sizes, wanted: dict[str, Any], usable: float
) -> Arrangement | None:
    whole = int(side(sizes, wanted))
    low, high = SMALLEST_BLOCK, whole
    best: Arrangement | None = None
    while low <= high:
        middle = (low + high) // 2
        settings = {**wanted, "most_items": middle}
        estimate = plan(algorithm, sizes, settings)
        if estimate is None or estimate.memory_bytes > usable:
            high = middle - 1
            continue
        low = middle + 1
        remark = (
            f"{algorithm} is fitted on the {middle:,} most informative of "
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
        and not get_recommender_class(name).is_baseline
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


def _free_of_machine() -> float:
    table = Path("/proc/meminfo")
    if table.exists():
        for line in table.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) * 1024
    pages = os.sysconf("SC_PHYS_PAGES")
    return float(pages) * os.sysconf("SC_PAGE_SIZE") / 2  # nobody says how much is free


def _number(path: Path) -> float | None:
    """Return what a file of the kernel says; None for "max" or no file."""
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return None
