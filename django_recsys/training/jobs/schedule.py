"""When each recommender is trained next."""

from datetime import datetime

from django_recsys.models import CLOCK_TOLERANCE, RecommenderConfig, TrainingRun
from django_recsys.resilience.log_once import logger

from .dispatch import send
from .queue import queue


def next_start(config: RecommenderConfig, now: datetime) -> datetime | None:
    """Return when the tick will start a training; None where only a person does.

    A training of the future, left by a clock that was ahead, is none.
    """
    past = config.runs.trainings().filter(created_at__lte=now + CLOCK_TOLERANCE)
    last = past.order_by("-created_at").first()
    return config.due_at(last.created_at if last else None, now=now)


def start_due(now: datetime) -> list[TrainingRun]:
    """Queue every recommender whose time has come and that is not in work."""
    RecommenderConfig.objects.ensure_defaults()
    started = []
    for config in RecommenderConfig.objects.all():
        try:
            if is_due(config, now):
                started += queue([config.key], trigger="schedule")
        except Exception:
            # The others have their time, too.
            logger.exception("The schedule of %s cannot be read.", config.key)
    send(started)
    return started


def is_due(config: RecommenderConfig, now: datetime) -> bool:
    """Whether a training should be queued now."""
    start = next_start(config, now)
    if start is None or start > now:
        return False
    in_work = (TrainingRun.Status.QUEUED, TrainingRun.Status.RUNNING)
    return not config.runs.trainings().filter(status__in=in_work).exists()
