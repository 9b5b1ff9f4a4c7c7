"""One training from start to end: measure, decide, fit, store, publish, flip."""

from __future__ import annotations

import traceback
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from django_recsys.exceptions import RecsysError
from django_recsys.learning.recommender import Recommender
from django_recsys.models import TrainedModel, TrainingRun
from django_recsys.resilience.log_once import logger

from .artifact_storage import save_artifact
from .context import Workshop, open_workshop
from .fitting import fitted
from .learning_curves import curve_of
from .lease import Heartbeat
from .progress import Clock, Journal
from .release.cleanup import sweep
from .release.gate import examine
from .release.publishing import publish
from .spec import recipe_of
from .tuning import STAGES as TUNING_STAGES
from .tuning import tune
from .warm_start import serving_recommender

Status = TrainingRun.Status


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
        is_tuning = run.purpose == TrainingRun.Purpose.TUNE
        journal = Journal(run, heartbeat, clock)
        if is_tuning:
            journal.stages = TUNING_STAGES
        try:
            with journal.stage("read"):
                workshop = workshop or open_workshop()
            work = tune if is_tuning else train
            work(run, workshop, journal)
        except RecsysError as error:
            journal.fail(str(error))
        except Exception as error:
            logger.exception("Training run %s failed.", run.pk)
            last_line = traceback.format_exception_only(error)[-1].strip()
            journal.fail(f"{last_line} (at the stage '{run.stage}')")
    sweep()


def train(run: TrainingRun, workshop: Workshop, journal: Journal) -> None:
    """Lead one run through all stages; what fails raises and changes nothing live."""
    recipe = recipe_of(run.recommender)
    if recipe.recommender().capabilities.handles_new_items:
        workshop = workshop.with_catalogue
    with journal.stage("evaluate"):
        verdict = examine(run, workshop, journal.listener)
    run.metrics = verdict.as_dict()
    curve = workshop.curves.get((repr(recipe), verdict.task))
    if curve:
        run.metrics["curves"] = {"evaluate": curve}
    if verdict.decision == Status.REFUSED:
        journal.finish(verdict)
        return
    with journal.stage("fit"):
        rows, report = workshop.all_rows(recipe)
        run.preparation = report.as_dict()
        recommender, remark = fitted(
            recipe,
            rows,
            workshop,
            listener=journal.listener(recipe.algorithm),
            previous=serving_recommender(run.recommender, recipe),
        )
        if remark:
            run.preparation["memory"] = remark
        if curve := curve_of(recommender):
            run.metrics["curves"]["fit"] = curve
        run.metrics["kinds"] = list(rows.kind_names)
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
