"""Whether a new model may serve: measured beside `popular` and the serving model.

Everything is fitted anew on the older part of the data and asked about the newer one.
The serving model's file is of no use for that: it has seen the newer part. So its
spec is fitted on the same rows, which compares what would be served from now on.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django_recsys.learning import (
    HEADLINE,
    DataError,
    Difference,
    Evaluation,
    compare,
    score_on,
)
from django_recsys.models import RecommenderConfig, TrainingRun
from django_recsys.training.context import TrainingContext
from django_recsys.training.fitting import Listener, fitted
from django_recsys.training.learning_curves import curve_of
from django_recsys.training.spec import TrainingSpec, spec_of

SHOWN_METRICS = (
    "ndcg@10",
    "recall@10",
    "precision@10",
    "hit_rate@10",
    "map@10",
    "mrr@10",
)
SHOWN_LIST_METRICS = ("coverage@10", "gini@10", "novelty@10", "personalization@10")
ENOUGH_VISITORS = 50
"""From so many evaluated visitors on, "better" means that the whole interval is."""

Status = TrainingRun.Status
Report = Callable[[str], Listener]
"""Hears what is fitted; returns who hears how far that fit has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate found; `as_dict` is what a run keeps."""

    decision: str
    """A status of `TrainingRun`: promoted, waiting or refused."""
    reason: str
    task: str
    model: dict[str, float] | None = None
    popular: dict[str, float] | None = None
    serving: dict[str, float] | None = None
    difference_to_popular: list[float] | None = None
    """Low end, mean and high end of the paired 95% interval."""
    difference_to_serving: list[float] | None = None
    scored: int = 0
    """Evaluated visitors, or baskets."""

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored on the run and on the trained model."""
        return {
            "task": self.task,
            "metric": HEADLINE,
            "model": self.model,
            "popular": self.popular,
            "serving": self.serving,
            "difference_to_popular": self.difference_to_popular,
            "difference_to_serving": self.difference_to_serving,
            "scored": self.scored,
            "decision": self.decision,
            "reason": self.reason,
        }


def evaluate_run(run: TrainingRun, context: TrainingContext, report: Report) -> Verdict:
    """Measure a run's spec and decide; `report` hears what is fitted, how far."""
    config = run.recommender
    spec = spec_of(config)
    task = spec.recommender().capabilities.task
    try:
        model = measured(spec, task, context, report)
        popular = measured(popular_spec(spec), task, context, report)
        serving = measured_serving(config, task, context, report)
    except DataError as error:
        return decided(run, too_little(spec, task, str(error)))
    verdict = weigh(model, popular, serving, task)
    if spec.recommender().capabilities.is_baseline:
        verdict = passed(verdict, "A baseline serves whenever it was trained.")
    return decided(run, verdict)


def measured(
    spec: TrainingSpec, task: str, context: TrainingContext, report: Report
) -> Evaluation:
    """Fit on the older rows and ask about the newer ones; each spec once."""
    key = (repr(spec), task)
    if key not in context.evaluations:
        train = context.older_rows(spec)
        listener = report(spec.algorithm)
        recommender, _remark = fitted(spec, train, context, listener=listener)
        context.curves[key] = curve_of(recommender)
        context.evaluations[key] = score_on(
            recommender, train, context.validation.test, task
        )
    evaluation: Evaluation = context.evaluations[key]
    return evaluation


def measured_serving(
    config: RecommenderConfig, task: str, context: TrainingContext, report: Report
) -> Evaluation | None:
    """Measure the model that serves now; None where nothing serves."""
    if config.serving is None:
        return None
    try:
        spec = spec_of(config.serving)
    except DataError:  # an algorithm or a value that this version does not know
        return None
    return measured(spec, task, context, report)


def popular_spec(spec: TrainingSpec) -> TrainingSpec:
    """Return the baseline under the same weighing of interactions."""
    return TrainingSpec("popular", {}, spec.kind_weights, spec.half_life_days)


def weigh(
    model: Evaluation, popular: Evaluation, serving: Evaluation | None, task: str
) -> Verdict:
    """Compare, and say in one sentence what came of it."""
    scored = len(model.values(task=task))
    to_popular = compare(model, popular, task=task)
    to_serving = compare(model, serving, task=task) if serving else None
    passes, reason = judge(scored, to_popular, to_serving)
    return Verdict(
        decision=Status.PROMOTED if passes else Status.REFUSED,
        reason=reason,
        task=task,
        model=shown(model, task),
        popular=shown(popular, task),
        serving=shown(serving, task) if serving else None,
        difference_to_popular=interval(to_popular),
        difference_to_serving=interval(to_serving),
        scored=scored,
    )


def judge(
    scored: int, to_popular: Difference, to_serving: Difference | None
) -> tuple[bool, str]:
    """Apply the rule: better than `popular`, not worse than what serves."""
    if not scored:
        return False, "The newest data hold nobody to evaluate."
    gain = f"{HEADLINE} {to_popular.mean:+.4f} against popular"
    if to_popular.mean <= 0:
        return False, f"Not better than popular: {gain}."
    if scored >= ENOUGH_VISITORS and not to_popular.is_better:
        return False, f"Not surely better than popular: {gain}, the interval holds 0."
    if to_serving is not None and to_serving.mean < 0:
        loss = f"{HEADLINE} {to_serving.mean:+.4f}"
        return False, f"Worse than the serving model: {loss}."
    return True, f"Better than popular: {gain}."


def decided(run: TrainingRun, verdict: Verdict) -> Verdict:
    """Apply what the configuration and the person who started the run want."""
    gate = run.recommender.gate
    if run.is_forced:
        return passed(verdict, "Promoted by force. " + verdict.reason)
    if gate == RecommenderConfig.Gate.NEVER:
        return changed(verdict, Status.REFUSED, "Its gate is set to never serve.")
    if gate == RecommenderConfig.Gate.ASK and verdict.decision == Status.PROMOTED:
        return changed(verdict, Status.WAITING, "Waits for a person. " + verdict.reason)
    return verdict


def passed(verdict: Verdict, reason: str) -> Verdict:
    """Return the verdict with the way free."""
    return changed(verdict, Status.PROMOTED, reason)


def changed(verdict: Verdict, decision: str, reason: str) -> Verdict:
    """Return the verdict with another decision."""
    fields = {name: getattr(verdict, name) for name in Verdict.__slots__}
    return Verdict(**{**fields, "decision": decision, "reason": reason})


def too_little(spec: TrainingSpec, task: str, detail: str) -> Verdict:
    """Return what happens where the data cannot be split: baselines serve."""
    is_baseline = spec.recommender().capabilities.is_baseline
    return Verdict(
        decision=Status.PROMOTED if is_baseline else Status.REFUSED,
        reason=f"Too little data to compare models: {detail}",
        task=task,
    )


def shown(evaluation: Evaluation, task: str) -> dict[str, float]:
    """Return the metrics that a person compares."""
    lists = evaluation.results[task].lists
    found = {name: evaluation.metric(name, task=task) for name in SHOWN_METRICS}
    found |= {name: lists[name] for name in SHOWN_LIST_METRICS if name in lists}
    return {
        name: round(float(value), 6)
        for name, value in found.items()
        if not math.isnan(value)
    }


def interval(difference: Difference | None) -> list[float] | None:
    """Return low end, mean and high end."""
    if difference is None or math.isnan(difference.mean):
        return None
    ends = (difference.low, difference.mean, difference.high)
    return [round(end, 6) for end in ends]
