"""When each recommender is trained next."""

from datetime import datetime

from django_recsys.models import RecommenderConfig, TrainingRun

from .queue import request_training


def next_start(config: RecommenderConfig, now: datetime) -> datetime | None:
    """Return when the tick will start a training; None where only a person does."""
    last = config.runs.trainings().order_by("-created_at").first()
    return config.due_at(last.created_at if last else None, now=now)


def start_due(now: datetime) -> list[TrainingRun]:
    """Queue every recommender whose time has come and that is not in work."""
    RecommenderConfig.objects.ensure_defaults()
    due = [
        config.key for config in RecommenderConfig.objects.all() if is_due(config, now)
    ]
    return request_training(due, trigger="schedule") if due else []


def is_due(config: RecommenderConfig, now: datetime) -> bool:
    """Whether a training should be queued now."""
    start = next_start(config, now)
    if start is None or start > now:
        return False
    in_work = (TrainingRun.Status.QUEUED, TrainingRun.Status.RUNNING)
    return not config.runs.trainings().filter(status__in=in_work).exists()
