"""One training from start to end: measure, decide, fit, store, publish, flip."""

from __future__ import annotations

import resource
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db.models import Max
from django.utils import timezone

from django_recsys.exceptions import RecsysError
from django_recsys.learning.base import Recommender
from django_recsys.logs import logger
from django_recsys.models import TrainedModel, TrainingRun

from .datasets import Dataset, read_dataset
from .gate import Verdict, examine
from .lease import Heartbeat
from .promotion import flip
from .publishing import publish
from .recipes import recipe_of
from .storage import save_artifact
from .sweeping import sweep
from .workshop import Workshop

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


def work_off(
    run_ids: list[int], heartbeat: Heartbeat, *, clock: Clock = timezone.now
) -> None:
    """Train queued runs one after the other over rows that are read once."""
    runs = list(
        TrainingRun.objects.filter(pk__in=run_ids, status=Status.QUEUED)
        .select_related("recommender__serving")
        .order_by("pk")
    )
    workshop: Workshop | None = None
    for run in runs:
        journal = Journal(run, heartbeat, clock)
        try:
            with journal.stage("read"):
                workshop = workshop or open_workshop()
            train(run, workshop, journal)
        except RecsysError as error:
            journal.fail(str(error))
        except Exception as error:
            logger.exception("Training run %s failed.", run.pk)
            last_line = traceback.format_exception_only(error)[-1].strip()
            journal.fail(f"{last_line} (at the stage '{run.stage}')")
    sweep()


def open_workshop() -> Workshop:
    """Read the rows; raises `RecsysError` where a shop has none yet."""
    dataset: Dataset | None = read_dataset()
    if dataset is None:
        raise RecsysError(
            "No interactions are recorded yet: run recsys_backfill, or wait for the "
            "first visitors."
        )
    return Workshop(dataset)


def train(run: TrainingRun, workshop: Workshop, journal: Journal) -> None:
    """Lead one run through all stages; what fails raises and changes nothing live."""
    recipe = recipe_of(run.recommender)
    with journal.stage("evaluate"):
        verdict = examine(run, workshop, journal.note)
    run.metrics = verdict.as_dict()
    if verdict.decision == Status.REFUSED:
        journal.finish(verdict)
        return
    with journal.stage("fit"):
        rows, report = workshop.all_rows(recipe)
        run.preparation = report.as_dict()
        recommender = recipe.recommender().fit(rows)
    with journal.stage("artifact"):
        trained_model = store(run, recommender, workshop, journal.clock())
    with journal.stage("publish"):
        publish(trained_model, recommender, rows, workshop, journal.part)
        trained_model.published_at = journal.clock()
        trained_model.save(update_fields=["published_at"])
    with journal.stage("promote"):
        journal.finish(verdict, trained_model)


def store(
    run: TrainingRun, recommender: Recommender, workshop: Workshop, now: datetime
) -> TrainedModel:
    """Save the artifact and the row of the model, which does not serve yet."""
    recipe = recipe_of(run.recommender)
    last = run.recommender.trained_models.aggregate(last=Max("version"))["last"] or 0
    run.trained_model = TrainedModel.objects.create(
        recommender=run.recommender,
        version=last + 1,
        algorithm=recipe.algorithm,
        hyperparameters=dict(recipe.hyperparameters),
        interaction_weights=dict(recipe.kind_weights),
        half_life_days=recipe.half_life_days,
        artifact=save_artifact(recommender),
        metrics=run.metrics,
        data_until=workshop.dataset.data_until,
        users=len(workshop.rows.users),
        items=len(workshop.rows.items),
        interactions=len(workshop.rows),
        created_at=now,
    )
    run.save(update_fields=["trained_model"])
    return run.trained_model


@dataclass(eq=False)
class Journal:
    """Keeps a run's row up to date, so that the admin shows what is going on."""

    run: TrainingRun
    heartbeat: Heartbeat
    clock: Clock
    _share: tuple[float, float] = field(default=(0.0, 0.0))
    """Where the present stage begins and ends."""

    def stage(self, name: str) -> Stage:
        """Return a block that is one stage of the run."""
        return Stage(self, name)

    def begin(self, name: str) -> None:
        """Note that a stage begins."""
        self.heartbeat.check()
        starts = [*STAGES.values(), 1.0]
        position = list(STAGES).index(name)
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
        self.heartbeat.check()
        begin, end = self._share
        self.run.progress = round(begin + (end - begin) * share, 3)
        self.run.save(update_fields=["progress"])

    def finish(
        self, verdict: Verdict, trained_model: TrainedModel | None = None
    ) -> None:
        """End the run as the gate decided; a promotion is one flip with it."""
        self.close(verdict.decision, verdict.reason)
        if trained_model is not None and verdict.decision == Status.PROMOTED:
            self.heartbeat.check()
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

    def __init__(self, journal: Journal, name: str) -> None:
        self.journal = journal
        self.name = name

    def __enter__(self) -> None:
        self.journal.begin(self.name)
        self.began = time.perf_counter()

    def __exit__(self, *error: object) -> None:
        seconds = round(time.perf_counter() - self.began, 3)
        run = self.journal.run
        run.stage_seconds = {**run.stage_seconds, self.name: seconds}
        run.save(update_fields=["stage_seconds"])


def peak_rss_bytes() -> int:
    """Return the most memory that this process ever held.

    Linux counts the parent's in `ru_maxrss` across a fork and exec, so its own high
    water mark is read there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
