"""Measure configurations over the shop's rows, without training any of them."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django_recsys.exceptions import RecsysError
from django_recsys.learning import Evaluation, Recommender, compare, score_on
from django_recsys.models import RecommenderConfig
from django_recsys.training.jobs.queue import configurations

from .context import TrainingContext, open_context
from .fitting import fitted
from .release.gate import interval, popular_spec, shown
from .spec import TrainingSpec, spec_of

BASELINE = "popular"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one configuration answered about the newest fifth of the rows."""

    recommender: str
    algorithm: str
    task: str
    """ "new-items", "any-items" or "baskets": what it is judged by."""
    hyperparameters: dict[str, Any]
    scored: int = 0
    """Visitors or baskets that were asked."""
    metrics: dict[str, float] = field(default_factory=dict)
    above_popular: list[float] | None = None
    """Low end, mean and high end of the paired 95% interval; None for popular."""
    fit_seconds: float = 0.0
    error: str = ""
    """Why it could not be measured."""

    @property
    def is_above_popular(self) -> bool | None:
        """Whether the whole interval lies above zero; None where none was made."""
        return None if self.above_popular is None else self.above_popular[0] > 0

    def as_dict(self) -> dict[str, Any]:
        """Return JSON."""
        return asdict(self) | {"is_above_popular": self.is_above_popular}


def evaluate_recommenders(
    keys: Iterable[str] = (), *, watcher: Callable[[str], None] | None = None
) -> list[Row]:
    """Return one row per configuration, `popular` first, all enabled where none named.

    By the protocol `temporal`: fitted on the older four fifths, asked about the
    newest. Raises `RecsysError` for an unknown key or where nothing is recorded.
    """
    keys = list(keys)
    configs = configurations([BASELINE, *keys] if keys else [])
    configs.sort(key=lambda config: config.algorithm != BASELINE)
    context = open_context()
    context.comparison  # noqa: B018  a shop without enough rows is told at once
    comparison = Comparison(context)
    rows = []
    for config in configs:
        if watcher:
            watcher(config.key)
        rows.append(measured_row(config, comparison))
    return rows


@dataclass(eq=False)
class Comparison:
    """Measures recipes; each fit and each answer once."""

    context: TrainingContext
    _fitted: dict[str, tuple[Recommender, float]] = field(default_factory=dict)

    def fit(self, spec: TrainingSpec) -> tuple[Recommender, float]:
        """Return the fitted recommender and the seconds that took."""
        if repr(spec) not in self._fitted:
            train = self.context.rows_to_compare(spec)
            began = time.perf_counter()
            recommender, _remark = fitted(spec, train, self.context)
            seconds = time.perf_counter() - began
            if (
                not recommender.capabilities.is_baseline
            ):  # large ones go as soon as they answered
                return recommender, seconds
            self._fitted[repr(spec)] = recommender, seconds
        return self._fitted[repr(spec)]

    def evaluate(self, spec: TrainingSpec, task: Any) -> tuple[Evaluation, float]:
        """Return how a spec answers a task, and the seconds of its fit."""
        recommender, seconds = self.fit(spec)
        train = self.context.rows_to_compare(spec)
        test = self.context.comparison.test
        return score_on(recommender, train, test, task), seconds


def measured_row(config: RecommenderConfig, comparison: Comparison) -> Row:
    """Return the row of one configuration; what cannot be measured says why."""
    spec = spec_of(config)
    task = spec.recommender().capabilities.task
    facts = {
        "recommender": config.key,
        "algorithm": config.algorithm,
        "task": task,
        "hyperparameters": dict(spec.hyperparameters),
    }
    try:
        model, seconds = comparison.evaluate(spec, task)
        popular, _ = comparison.evaluate(popular_spec(spec), task)
    except RecsysError as error:
        return Row(**facts, error=str(error))
    is_baseline = config.algorithm == BASELINE
    difference = None if is_baseline else compare(model, popular, task=task)
    return Row(
        **facts,
        scored=len(model.values(task=task)),
        metrics=shown(model, task),
        above_popular=interval(difference),
        fit_seconds=round(seconds, 3),
    )
