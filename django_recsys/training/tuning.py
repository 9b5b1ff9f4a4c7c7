"""Search for better settings of a recommender; what is found becomes a draft."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django_recsys.learning.evaluation.evaluator import Evaluation, compare, score_on
from django_recsys.learning.evaluation.validation import validation_set_over
from django_recsys.learning.metrics.ranking import HEADLINE
from django_recsys.learning.options import Progress, TrainingOptions
from django_recsys.learning.registry import import_with_extra
from django_recsys.models import TrainingRun

from .context import Workshop
from .drafts import write_draft
from .fitting import fitted, reads_edges
from .release.gate import interval, popular_recipe, shown
from .spec import Recipe, recipe_of

if TYPE_CHECKING:
    from .progress import Journal

STAGES = {"read": 0.0, "search": 0.05, "compare": 0.85, "draft": 0.98}
"""The stages in their order, and the share of the work that lies before each."""
SEARCH_SHARE = 0.85
"""Of the budget; the comparison afterwards fits three times more."""
USUAL_MINUTES = 10


def tune(run: TrainingRun, workshop: Workshop, journal: Journal) -> None:
    """Lead one run through its stages; the live configuration is never touched.

    The search sees nothing of the newest fifth of the rows: by those the settings
    found are compared with the present ones.
    """
    recipe = recipe_of(run.recommender)
    with journal.stage("search"):
        found = searched(run, recipe, workshop, journal)
    with journal.stage("compare"):
        run.metrics = compared(recipe, found, workshop, journal)
    with journal.stage("draft"):
        if run.metrics["is_gain"]:
            draft = write_draft(run.recommender, found.hyperparameters, run.metrics)
            run.metrics["draft"] = draft.key
        journal.close(TrainingRun.Status.TUNED, run.metrics["reason"])
        run.save()


def searched(
    run: TrainingRun, recipe: Recipe, workshop: Workshop, journal: Journal
) -> Any:
    """Return what the engine's search found within the budget of the run."""
    seconds = run.budget_seconds or 60 * USUAL_MINUTES

    def report(progress: Progress) -> None:
        journal.part(progress.fraction)
        journal.note(progress.message)

    model = recipe.recommender()
    validation_set = validation_set_over(
        workshop.rows_to_search(recipe),
        workshop.search,
        model.capabilities.task,
        recipe.kind_weights,
        features=(workshop.item_features if model.capabilities.reads_items else None),
        edges=workshop.friends if reads_edges(model) else None,
    )
    return import_with_extra("tuning.search", "tuning").search(
        recipe.algorithm,
        validation_set,
        time_budget=timedelta(seconds=seconds * SEARCH_SHARE),
        start=recipe.hyperparameters,
        options=TrainingOptions(progress=report),
    )


def compared(
    recipe: Recipe, found: Any, workshop: Workshop, journal: Journal
) -> dict[str, Any]:
    """Return what a run keeps: the settings found beside the present ones."""
    task = recipe.recommender().capabilities.task
    new = Recipe(
        recipe.algorithm,
        found.hyperparameters,
        recipe.kind_weights,
        recipe.half_life_days,
    )
    present = measured(recipe, task, workshop, journal)
    popular = measured(popular_recipe(recipe), task, workshop, journal)
    is_same = dict(found.hyperparameters) == dict(recipe.hyperparameters)
    model = present if is_same else measured(new, task, workshop, journal)
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
    recipe: Recipe, task: Any, workshop: Workshop, journal: Journal
) -> Evaluation:
    """Fit on what is older than the newest fifth, and ask about that."""
    train = workshop.rows_to_compare(recipe)
    listener = journal.listener(recipe.algorithm)
    recommender, _remark = fitted(recipe, train, workshop, listener=listener)
    return score_on(recommender, train, workshop.comparison.test, task)


def reason(found: Any, gain: float, *, is_same: bool, is_gain: bool) -> str:
    """Say in a sentence what came of it."""
    tried = f"{len(found.trials)} settings tried"
    if is_same:
        return f"{tried}; none was better than the present one."
    told = f"{HEADLINE} {gain:+.4f} on the newest fifth, which the search never saw"
    if is_gain:
        return f"{tried}; the best would gain: {told}. It waits as a draft."
    return f"{tried}; the best does not hold: {told}. Nothing is changed."
