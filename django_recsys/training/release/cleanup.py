"""Remove what no pointer will need again."""

from django_recsys.models import RecommenderConfig, TrainedModel, TrainingRun
from django_recsys.training.artifact_storage import delete_artifact
from django_recsys.training.checkpoints import remove_stale

from .publishing import delete_lists

KEPT = 3
"""Versions with complete lists that a recommender keeps, the serving one included."""
RUNS_KEPT = 50


def remove_leftovers() -> None:
    """Drop old versions and unfinished ones; what serves or waits always stays."""
    for config in RecommenderConfig.objects.all():
        gone = superfluous(config)
        delete_lists([trained_model.pk for trained_model in gone])
        for trained_model in gone:
            delete_model(trained_model)
        old_runs = config.runs.order_by("-pk").values_list("pk", flat=True)[RUNS_KEPT:]
        TrainingRun.objects.filter(pk__in=list(old_runs)).delete()
    remove_stale()


def superfluous(config: RecommenderConfig) -> list[TrainedModel]:
    """Return the versions that neither serve, nor wait, nor are the newest few."""
    models = list(config.trained_models.order_by("-version"))
    complete = [each for each in models if each.published_at is not None]
    waiting = set(
        config.runs.filter(status=TrainingRun.Status.WAITING).values_list(
            "trained_model_id", flat=True
        )
    )
    kept = {each.pk for each in complete[:KEPT]} | waiting | {config.serving_id}
    return [each for each in models if each.pk not in kept]


def delete_model(trained_model: TrainedModel) -> None:
    """Delete the row, and its file where no other model has the same content."""
    name = trained_model.artifact
    trained_model.delete()
    if name and not TrainedModel.objects.filter(artifact=name).exists():
        delete_artifact(name)
