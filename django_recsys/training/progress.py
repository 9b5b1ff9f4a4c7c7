"""Progress of a run: what its row shows while it goes on, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from django_recsys.database.alias import our_alias
from django_recsys.learning import Progress, peak_rss_bytes
from django_recsys.models import TrainedModel, TrainingRun

from .fitting import Listener
from .lease import Heartbeat
from .release.gate import Verdict
from .release.promotion import flip

Status = TrainingRun.Status
Clock = Callable[[], datetime]

STAGES = {
    "read": 0.0,
    "evaluate": 0.05,
    "fit": 0.5,
    "artifact": 0.7,
    "publish": 0.75,
    "promote": 0.98,
}
"""The stages in their order, and the share of the work that lies before each."""
PAUSE_SECONDS = 1.0
"""Between two notes of how far a fit has come: each is a write."""


@dataclass(eq=False)
class RunProgress:
    """Keeps a run's row up to date for the admin."""

    run: TrainingRun
    heartbeat: Heartbeat
    clock: Clock
    stages: Mapping[str, float] = field(default_factory=lambda: STAGES)
    _share: tuple[float, float] = field(default=(0.0, 0.0))
    """Where the present stage begins and ends."""
    _noted_at: float = field(default=float("-inf"))

    def stage(self, name: str) -> Stage:
        """Return a block that is one stage of the run."""
        return Stage(self, name)

    def begin(self, name: str) -> None:
        """Note that a stage begins."""
        self.heartbeat.confirm()
        starts = [*self.stages.values(), 1.0]
        position = list(self.stages).index(name)
        self._share = (starts[position], starts[position + 1])
        self.run.status = Status.RUNNING
        self.run.started_at = self.run.started_at or self.clock()
        self.run.stage = name
        self.run.message = ""
        self.run.progress = starts[position]
        self.run.save(
            update_fields=["status", "started_at", "stage", "message", "progress"]
        )

    def note(self, what: str) -> None:
        """Say what is being worked on within the stage."""
        self.run.message = what
        self.run.save(update_fields=["message"])

    def part(self, share: float) -> None:
        """Note how much of the present stage is done."""
        self.heartbeat.confirm()
        begin, end = self._share
        self.run.progress = round(begin + (end - begin) * share, 3)
        self.run.save(update_fields=["progress"])

    def listener(self, algorithm: str) -> Listener:
        """Note what is fitted; return who notes how far that has come."""
        self.note(algorithm)

        def on_progress(progress: Progress) -> None:
            now = time.monotonic()
            if now - self._noted_at < PAUSE_SECONDS:
                return
            self._noted_at = now
            self.heartbeat.check()
            begin, end = self._share
            reached = round(begin + (end - begin) * progress.fraction, 3)
            # A stage may hold several fits; progress never goes back.
            self.run.progress = max(self.run.progress, reached)
            self.run.message = f"{algorithm}: {progress.message}"
            self.run.save(update_fields=["progress", "message"])

        return on_progress

    def finish(
        self, verdict: Verdict, trained_model: TrainedModel | None = None
    ) -> None:
        """End the run as the gate decided; a promotion is one flip with it."""
        self.close(verdict.decision, verdict.reason)
        if trained_model is not None and verdict.decision == Status.PROMOTED:
            # Whoever lost the lease must not undo what the next one put live.
            with transaction.atomic(using=our_alias()):
                self.heartbeat.confirm()
                flip(trained_model, now=self.clock(), run=self.run)
        else:
            self.run.save()

    def fail(self, message: str) -> None:
        """End the run without a result."""
        self.close(Status.FAILED, message)
        self.run.save()

    def close(self, status: str, message: str) -> None:
        """Fill in how the run ended, not saved yet."""
        self.run.status = status
        self.run.message = message
        self.run.progress = 1.0
        self.run.finished_at = self.clock()
        self.run.peak_rss_bytes = peak_rss_bytes()


class Stage:
    """Times one stage."""

    def __init__(self, run_progress: RunProgress, name: str) -> None:
        self.run_progress = run_progress
        self.name = name

    def __enter__(self) -> None:
        self.run_progress.begin(self.name)
        self.began = time.perf_counter()

    def __exit__(self, *error: object) -> None:
        seconds = round(time.perf_counter() - self.began, 3)
        run = self.run_progress.run
        run.stage_seconds = {**run.stage_seconds, self.name: seconds}
        run.save(update_fields=["stage_seconds"])
