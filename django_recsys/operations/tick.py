"""The one thing that a schedule calls: catch up, clean up, start what is due."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from django_recsys.conf import get_settings
from django_recsys.models import CLOCK_TOLERANCE, Lease, TrainingRun
from django_recsys.tracking import catch_up, prune
from django_recsys.training import Watcher, run_queued, send, start_due

SHALLOW_DAYS = 2
"""How far back every tick looks for purchases that fired no signal."""
DEEP_EVERY = timedelta(days=1)
"""How often it looks back over all of CATCH_UP_DAYS, and prunes."""
LAST_TICK = "tick"
LAST_DEEP = "daily"


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReport:
    """What one tick did."""

    caught_up: dict[str, Any]
    """Counts of the catch-up."""
    pruned: int
    started: list[str]
    """Keys of recommenders that were due and are queued now."""
    ended: list[str]
    """Keys of recommenders that this tick trained itself, with how it ended."""

    def as_dict(self) -> dict[str, Any]:
        """Return what is printed as JSON."""
        return asdict(self)


def run_tick(now: datetime, *, watcher: Watcher | None = None) -> TickReport:
    """Do everything that is due; safe to call at any time, any number of times."""
    is_deep = comes_round(LAST_DEEP, DEEP_EVERY, now)
    caught_up = catch_up(now=now, days=None if is_deep else SHALLOW_DAYS)
    pruned = prune(now=now) if is_deep else 0
    started = start_due(now)
    ended = work_queue(watcher)
    comes_round(LAST_TICK, timedelta(0), now)
    return TickReport(
        caught_up=caught_up.as_dict(),
        pruned=pruned,
        started=[run.recommender.key for run in started],
        ended=[f"{run.recommender.key}: {run.status}" for run in ended],
    )


def work_queue(watcher: Watcher | None) -> list[TrainingRun]:
    """Run the queue here, or remind the worker of what a broker lost."""
    if get_settings().TASKS == "tick":
        return run_queued(watcher=watcher)
    send(list(TrainingRun.objects.queued()))
    return []


def comes_round(name: str, every: timedelta, now: datetime) -> bool:
    """Say whether `every` has passed since this last said yes, and note that.

    What is noted further ahead than that was noted by a clock that was wrong.
    """
    Lease.objects.get_or_create(name=name)
    waits = Q(expires_at__gt=now, expires_at__lte=now + every + CLOCK_TOLERANCE)
    due = Lease.objects.filter(name=name).exclude(waits)
    return due.update(expires_at=now + every) == 1
