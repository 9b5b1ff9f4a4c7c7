"""One training at a time in a shop: memory and cores are the shop's own."""

import secrets
import socket
import threading
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connections, router
from django.utils import timezone

from django_recsys.exceptions import TrainingFailedError, TrainingInProgressError
from django_recsys.models import Lease, TrainingRun
from django_recsys.resilience.log_once import logger

NAME = "training"
TTL = timedelta(seconds=30)
"""After so long without a sign of life a training counts as dead."""
RENEW_SECONDS = 5.0


def new_holder() -> str:
    """Return a name that no other process has."""
    return f"{socket.gethostname()[:64]}:{secrets.token_hex(8)}"


def take_lease(holder: str, *, now: datetime) -> None:
    """Take the right to train; what a dead training left running is marked failed.

    Raises `TrainingInProgressError` where a living one holds it.
    """
    if not Lease.objects.take(NAME, holder, now=now, ttl=TTL):
        raise TrainingInProgressError(in_progress_message())
    fail_dead_runs(TrainingRun.objects.running(), "Its process died", now=now)


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

    def _beat(self) -> None:
        while not self._stop.wait(RENEW_SECONDS):
            try:
                now = timezone.now()
                is_ours = Lease.objects.renew(NAME, self.holder, now=now, ttl=TTL)
                self.is_lost = not is_ours
            except DatabaseError:
                # Busy for a moment; the lease outlives several missed beats.
                logger.warning("The training's lease could not be renewed.")
        connections[router.db_for_write(Lease)].close()
