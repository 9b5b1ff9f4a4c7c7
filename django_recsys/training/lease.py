"""One training at a time in a shop: memory and cores are the shop's own."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from django_recsys.database.alias import our_alias
from django_recsys.database.reconnect import with_reconnect
from django_recsys.exceptions import TrainingFailedError, TrainingInProgressError
from django_recsys.models import Lease, TrainingRun
from django_recsys.resilience.log_once import logger

NAME = "training"
TTL = timedelta(seconds=30)
"""After so long without a sign of life a training counts as dead."""
RENEW_SECONDS = 5.0
LOOK_SECONDS = 1.0


def new_holder() -> str:
    """Return a name that nobody else has, nor had: one for each time of taking."""
    return f"{socket.gethostname()[:64]}:{secrets.token_hex(8)}"


def take_lease(holder: str) -> None:
    """Take the right to train; what a dead training left running is marked failed.

    Raises `TrainingInProgressError` where a living one holds it.
    """
    if not Lease.objects.take(NAME, holder, ttl=TTL):
        raise TrainingInProgressError(in_progress_message())
    running = TrainingRun.objects.running()
    fail_dead_runs(running, "Its process died", now=timezone.now())


@contextmanager
def training_lease() -> Iterator[str]:
    """Hold the right to train for the block; yield the holder's name.

    Raises `TrainingInProgressError` where another training is running.
    """
    holder = new_holder()
    take_lease(holder)
    try:
        yield holder
    finally:
        give_back = partial(Lease.objects.give_back, NAME, holder)
        with_reconnect(give_back, seconds=TTL.total_seconds())


def in_progress_message() -> str:
    """Say who trains what since when."""
    run = TrainingRun.objects.running().select_related("recommender").first()
    lease = Lease.objects.filter(name=NAME).first()
    host = lease.holder.partition(":")[0] if lease else "?"
    what = f"{run.recommender.key} (run {run.pk}, {run.stage})" if run else "a training"
    since = f" since {run.started_at:%Y-%m-%d %H:%M:%S %Z}" if run else ""
    return f"A training is running on {host}: {what}{since}. Wait for it to end."


def fail_dead_runs(runs: object, cause: str, *, now: datetime) -> None:
    """Mark runs without a living process as failed."""
    for run in runs:  # type: ignore[attr-defined]
        run.status = TrainingRun.Status.FAILED
        run.message = f"{cause} at the stage '{run.stage or 'start'}'."
        run.finished_at = now
        run.save(update_fields=["status", "message", "finished_at"])
        logger.error("Training run %s of %s: %s", run.pk, run.recommender, run.message)


def end_with_parent(parent: int, holder: str, run_ids: Sequence[int]) -> None:
    """Wait until the process that watches this one is gone, and end this one then.

    Nobody else would end a training that takes the shop's memory.
    """
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    runs = TrainingRun.objects.running().filter(pk__in=run_ids)
    try:
        cause = "The process that watched over the training ended"
        fail_dead_runs(runs, cause, now=timezone.now())
        Lease.objects.give_back(NAME, holder)
    finally:
        os._exit(1)


class Heartbeat:
    """Renews a lease from a thread for as long as the block lasts."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        self.is_lost = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        Lease.objects.give_back(NAME, self.holder)

    def check(self) -> None:
        """Raise `TrainingFailedError` if another process took the lease over."""
        if self.is_lost:
            raise TrainingFailedError(
                "The lease ran out and another training took it over."
            )

    def confirm(self) -> None:
        """Raise as `check` does, by what the database says now.

        In a transaction the lease stays ours until the commit.
        """
        with transaction.atomic(using=our_alias()):
            self.is_lost = not Lease.objects.is_held(NAME, self.holder)
        self.check()

    def _beat(self) -> None:
        while not self._stop.wait(RENEW_SECONDS):
            try:
                self.is_lost = not Lease.objects.renew(NAME, self.holder, ttl=TTL)
            except DatabaseError:
                # Busy for a moment; the lease outlives several missed beats.
                logger.warning("The training's lease could not be renewed.")
                connections[our_alias()].close()
        connections[our_alias()].close()
