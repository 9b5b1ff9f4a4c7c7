"""Options of a fit that are not hyper-parameters."""

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
    """A file from which a long fit resumes after an interruption."""
    previous: Any = None
    """A fitted recommender of the same kind to start from; deep models only."""

    def report(self, fraction: float, message: str = "") -> None:
        """Call ``progress``, if there is one."""
        if self.progress is not None:
            self.progress(Progress(fraction=fraction, message=message))
