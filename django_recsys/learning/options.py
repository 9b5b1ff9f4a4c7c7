"""Options of a fit that are no hyper-parameters."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django_recsys.learning.numerics.threads import available_cores


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a fit has come."""

    fraction: float
    """From 0 to 1."""
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """Seed, machine and limits of one fit."""

    seed: int = 0
    device: str = "cpu"
    progress: Callable[[Progress], None] | None = None
    time_budget: timedelta | None = None
    threads: int = field(default_factory=available_cores)
    """For algorithms whose result does not depend on it."""
    checkpoint: Path | None = None
    """Where a long fit leaves what it has, and goes on from after a kill."""
    previous: Any = None
    """A fitted recommender of the same kind to start from; deep models only."""

    def report(self, fraction: float, message: str = "") -> None:
        """Tell the caller how far the fit has come, if it wants to know."""
        if self.progress is not None:
            self.progress(Progress(fraction=fraction, message=message))
