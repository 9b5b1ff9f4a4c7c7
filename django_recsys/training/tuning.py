"""Search for better settings of a recommender; what is found becomes a draft."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django_recsys.learning import (
    HEADLINE,
    Evaluation,
    Progress,
    TrainingOptions,
    compare,
    import_with_extra,
    score_on,
    validation_set_over,
)
from django_recsys.models import TrainingRun

from .context import TrainingContext
from .drafts import write_draft
from .fitting import fitted, reads_edges
from .release.gate import interval, popular_spec, shown
from .spec import TrainingSpec, spec_of

if TYPE_CHECKING:
    from .progress import RunProgress

STAGES = {"read": 0.0, "search": 0.05, "compare": 0.85, "draft": 0.98}
"""The stages in their order, and the share of the work that lies before each."""
SEARCH_SHARE = 0.85
"""Of the budget; the comparison afterwards fits three times more."""
USUAL_MINUTES = 10


def tune(run: TrainingRun, context: TrainingContext, run_progress: RunProgress) -> None:
    """Lead one run through its stages; the live configuration is never touched.

    The search sees nothing of the newest fifth of the rows: by those the settings
    found are compared with the present ones.
    """
    spec = spec_of(run.recommender)
    with run_progress.stage("search"):
        found = searched(run, spec, context, run_progress)
    with run_progress.stage("compare"):
        run.metrics = compared(spec, found, context, run_progress)
    with run_progress.stage("draft"):
        if run.metrics["is_gain"]:
            draft = write_draft(run.recommender, found.hyperparameters, run.metrics)
            run.metrics["draft"] = draft.key
        run_progress.close(TrainingRun.Status.TUNED, run.metrics["reason"])
        run.save()


def searched(
    run: TrainingRun,
    spec: TrainingSpec,
    context: TrainingContext,
    run_progress: RunProgress,
) -> Any:
    """Return what the engine's search found within the budget of the run."""
    seconds = run.budget_seconds or 60 * USUAL_MINUTES

    def report(progress: Progress) -> None:
        run_progress.part(progress.fraction)
        run_progress.note(progress.message)

    model = spec.recommender()
    validation_set = validation_set_over(
        context.rows_to_search(spec),
        context.search,
        model.capabilities.task,
        spec.kind_weights,
        features=(context.item_features if model.capabilities.reads_items else None),
        edges=context.friends if reads_edges(model) else None,
    )
    return import_with_extra("tuning.search", "tuning").search(
        spec.algorithm,
        validation_set,
        time_budget=timedelta(seconds=seconds * SEARCH_SHARE),
        start=spec.hyperparameters,
        options=TrainingOptions(progress=report),
    )


def compared(
    spec: TrainingSpec, found: Any, context: TrainingContext, run_progress: RunProgress
) -> dict[str, Any]:
    """Return what a run keeps: the settings found beside the present ones."""
    task = spec.recommender().capabilities.task
    new = TrainingSpec(
        spec.algorithm, found.hyperparameters, spec.kind_weights, spec.half_life_days
    )
    present = measured(spec, task, context, run_progress)
    popular = measured(popular_spec(spec), task, context, run_progress)
    is_same = dict(found.hyperparameters) == dict(spec.hyperparameters)
    model = present if is_same else measured(new, task, context, run_progress)
    difference = compare(model, present, task=task)
    is_gain = not is_same and difference.mean > 0
    return {
        "task": task,
        "metric": HEADLINE,
        "model": shown(model, task),
        "serving": shown(present, task),
        "popular": shown(popular, task),
        "difference_to_popular": interval(compare(model, popular, task=task)),
        "difference_to_serving": interval(difference),
        "scored": len(model.values(task=task)),
        "is_gain": is_gain,
        "reason": reason(found, difference.mean, is_same=is_same, is_gain=is_gain),
        "search": found.as_dict(),
    }


def measured(
    spec: TrainingSpec, task: Any, context: TrainingContext, run_progress: RunProgress
) -> Evaluation:
    """Fit on what is older than the newest fifth, and ask about that."""
    train = context.rows_to_compare(spec)
    listener = run_progress.listener(spec.algorithm)
    recommender, _remark = fitted(spec, train, context, listener=listener)
    return score_on(recommender, train, context.comparison.test, task)


def reason(found: Any, gain: float, *, is_same: bool, is_gain: bool) -> str:
    """Say in a sentence what came of it."""
    tried = f"{len(found.trials)} settings tried"
    if is_same:
        return f"{tried}; none was better than the present one."
    told = f"{HEADLINE} {gain:+.4f} on the newest fifth, which the search never saw"
    if is_gain:
        return f"{tried}; the best would gain: {told}. It waits as a draft."
    return f"{tried}; the best does not hold: {told}. Nothing is changed."
