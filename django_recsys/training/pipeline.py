"""One training from start to end: measure, decide, fit, store, publish, flip."""

import traceback
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from django_recsys.exceptions import RecsysError
from django_recsys.learning import Recommender
from django_recsys.models import TrainedModel, TrainingRun
from django_recsys.resilience.log_once import logger

from .artifact_storage import packed_artifact, store_artifact
from .context import TrainingContext, open_context
from .fitting import fitted
from .learning_curves import curve_of
from .lease import Heartbeat
from .progress import Clock, RunProgress
from .release.cleanup import remove_leftovers
from .release.gate import evaluate_run
from .release.publishing import publish
from .spec import spec_of
from .tuning import STAGES as TUNING_STAGES, tune
from .warm_start import serving_recommender

Status = TrainingRun.Status


def run_trainings(
    run_ids: list[int], heartbeat: Heartbeat, *, clock: Clock = timezone.now
) -> None:
    """Train queued runs one after the other over rows that are read once."""
    runs = list(
        TrainingRun.objects.filter(pk__in=run_ids, status=Status.QUEUED)
        .select_related("recommender__serving")
        .order_by("pk")
    )
    context: TrainingContext | None = None
    for run in runs:
        is_tuning = run.purpose == TrainingRun.Purpose.TUNE
        run_progress = RunProgress(run, heartbeat, clock)
        if is_tuning:
            run_progress.stages = TUNING_STAGES
        try:
            with run_progress.stage("read"):
                context = context or open_context()
            work = tune if is_tuning else train
            work(run, context, run_progress)
        except RecsysError as error:
            run_progress.fail(str(error))
        except Exception as error:
            logger.exception("Training run %s failed.", run.pk)
            last_line = traceback.format_exception_only(error)[-1].strip()
            run_progress.fail(f"{last_line} (at the stage '{run.stage}')")
    remove_leftovers()


def train(
    run: TrainingRun, context: TrainingContext, run_progress: RunProgress
) -> None:
    """Lead one run through all stages; what fails raises and changes nothing live."""
    spec = spec_of(run.recommender)
    if spec.recommender().capabilities.handles_new_items:
        context = context.with_catalogue
    with run_progress.stage("evaluate"):
        verdict = evaluate_run(run, context, run_progress.listener)
    run.metrics = verdict.as_dict()
    curve = context.curves.get((repr(spec), verdict.task))
    if curve:
        run.metrics["curves"] = {"evaluate": curve}
    if verdict.decision == Status.REFUSED:
        run_progress.finish(verdict)
        return
    with run_progress.stage("fit"):
        rows, report = context.all_rows(spec)
        run.preparation = report.as_dict()
        recommender, remark = fitted(
            spec,
            rows,
            context,
            listener=run_progress.listener(spec.algorithm),
            previous=serving_recommender(run.recommender, spec),
        )
        if remark:
            run.preparation["memory"] = remark
        if curve := curve_of(recommender):
            run.metrics["curves"]["fit"] = curve
        run.metrics["kinds"] = list(rows.kind_names)
    with run_progress.stage("artifact"):
        trained_model = store(run, recommender, context, run_progress.clock())
    with run_progress.stage("publish"):
        publish(trained_model, recommender, rows, context, run_progress.part)
        trained_model.published_at = run_progress.clock()
        trained_model.save(update_fields=["published_at"])
    with run_progress.stage("promote"):
        run_progress.finish(verdict, trained_model)


def store(
    run: TrainingRun, recommender: Recommender, context: TrainingContext, now: datetime
) -> TrainedModel:
    """Save the row of the model, which does not serve yet, and the artifact.

    The row comes first: by it a file is found and deleted whose process was killed.
    """
    spec = spec_of(run.recommender)
    last = run.recommender.trained_models.aggregate(last=Max("version"))["last"] or 0
    with packed_artifact(recommender) as (name, content):
        run.trained_model = TrainedModel.objects.create(
            recommender=run.recommender,
            version=last + 1,
            algorithm=spec.algorithm,
            hyperparameters=dict(spec.hyperparameters),
            interaction_weights=dict(spec.kind_weights),
            half_life_days=spec.half_life_days,
            artifact=name,
            metrics=run.metrics,
            data_until=context.dataset.data_until,
            users=len(context.rows.users),
            items=len(context.rows.items),
            interactions=len(context.rows),
            created_at=now,
        )
        run.save(update_fields=["trained_model"])
        store_artifact(name, content)
    return run.trained_model
