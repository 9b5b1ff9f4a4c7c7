"""The pointer: which trained model serves."""

from datetime import datetime

from django.db import router, transaction
from django.utils import timezone

from django_recsys.exceptions import PromotionError
from django_recsys.learning import ArtifactError
from django_recsys.models import RecommenderConfig, TrainedModel, TrainingRun
from django_recsys.resilience.log_once import logger
from django_recsys.training.artifact_storage import verify_artifact


def promote(
    trained_model: TrainedModel, *, by: str, now: datetime | None = None
) -> None:
    """Make a model serve: one flip, all or nothing.

    Raises `PromotionError` where its lists are not complete, or its file is damaged.
    """
    if trained_model.published_at is None:
        raise PromotionError(
            f"{trained_model} has no complete lists, so it cannot serve: train again."
        )
    check_file(trained_model)
    flip(trained_model, now=now or timezone.now())
    logger.info("%s serves now, promoted by %s.", trained_model, by)


def flip(
    trained_model: TrainedModel, *, now: datetime, run: TrainingRun | None = None
) -> None:
    """Move the pointer and note when, together with the run that led to it."""
    with transaction.atomic(using=router.db_for_write(RecommenderConfig)):
        config = trained_model.recommender
        config.serving = trained_model
        config.save(update_fields=["serving"])
        trained_model.promoted_at = now
        trained_model.save(update_fields=["promoted_at"])
        waiting = trained_model.runs.filter(status=TrainingRun.Status.WAITING)
        waiting.update(status=TrainingRun.Status.PROMOTED)
        if run is not None:
            run.save()


def roll_back(
    config: RecommenderConfig, *, by: str, now: datetime | None = None
) -> TrainedModel:
    """Make the model serve that served before the present one; return it.

    Raises `PromotionError` where there is none.
    """
    previous = previous_model(config)
    if previous is None:
        raise PromotionError(f"{config.key} has no earlier model to roll back to.")
    check_file(previous)
    flip(previous, now=now or timezone.now())
    logger.info("%s was rolled back to %s by %s.", config.key, previous, by)
    return previous


def check_file(trained_model: TrainedModel) -> None:
    """Raise `PromotionError` where the file of a model cannot be used."""
    try:
        if trained_model.artifact:
            verify_artifact(trained_model.artifact)
    except (ArtifactError, OSError) as error:
        raise PromotionError(
            f"The file of {trained_model} is unusable: {error} Train again."
        ) from error


def previous_model(config: RecommenderConfig) -> TrainedModel | None:
    """Return the newest older version whose lists are still there."""
    if config.serving is None:
        return None
    older = TrainedModel.objects.filter(
        recommender=config, promoted_at__isnull=False, published_at__isnull=False
    )
    return older.filter(version__lt=config.serving.version).order_by("-version").first()
