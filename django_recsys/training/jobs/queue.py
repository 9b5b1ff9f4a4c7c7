"""Ask for trainings and tunings; who runs them is settled elsewhere."""

from collections.abc import Iterable

from django_recsys.exceptions import ConfigurationError
from django_recsys.learning import (
    get_recommender_class,
    require_extra,
    searched_hyperparameters,
)
from django_recsys.models import RecommenderConfig, TrainingRun

from .dispatch import send


def request_training(
    keys: Iterable[str], *, trigger: str, is_forced: bool = False
) -> list[TrainingRun]:
    """Queue trainings; a recommender that waits already is not queued twice.

    No key means all that are enabled. Raises `RecsysError` for an unknown key. Where
    the broker does not answer, the rows stay queued for the next tick and say so.
    """
    runs = queue(keys, trigger=trigger, is_forced=is_forced)
    send(runs)
    return runs


def queue(
    keys: Iterable[str], *, trigger: str, is_forced: bool = False
) -> list[TrainingRun]:
    """Write the rows that ask for trainings."""
    runs = []
    for config in configurations(keys):
        waiting = config.runs.queued().trainings().first()
        if waiting is None:
            waiting = TrainingRun.objects.create(
                recommender=config, trigger=trigger, is_forced=is_forced
            )
        runs.append(waiting)
    return runs


def request_tuning(key: str, *, minutes: float, trigger: str) -> TrainingRun:
    """Queue a search for better settings; one that waits already is kept.

    Raises `RecsysError` for an unknown key or a recommender without settings, and
    `MissingExtraError` without the extra that searches.
    """
    run = queue_tuning(key, minutes=minutes, trigger=trigger)
    send([run])
    return run


def queue_tuning(key: str, *, minutes: float, trigger: str) -> TrainingRun:
    """Write the row that asks for a tuning."""
    require_extra("tuning")
    RecommenderConfig.objects.ensure_defaults()
    config = RecommenderConfig.objects.named(key)
    if config.is_draft:
        raise ConfigurationError(f"{key} is a draft: tune {config.parent} instead.")
    if not searched_hyperparameters(get_recommender_class(config.algorithm)):
        raise ConfigurationError(f"{config.algorithm} has nothing to tune.")
    purpose = TrainingRun.Purpose.TUNE
    waiting = config.runs.queued().filter(purpose=purpose).first()
    return waiting or TrainingRun.objects.create(
        recommender=config,
        purpose=purpose,
        trigger=trigger,
        budget_seconds=max(1, round(minutes * 60)),
    )


def configurations(keys: Iterable[str]) -> list[RecommenderConfig]:
    """Return the configurations of the keys, all enabled ones where there are none."""
    RecommenderConfig.objects.ensure_defaults()
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return list(RecommenderConfig.objects.filter(is_enabled=True))
    return [RecommenderConfig.objects.named(key) for key in wanted]
