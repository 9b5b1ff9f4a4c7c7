"""One evaluator for every algorithm, over all items."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from django_recsys.learning.data import Interactions
from django_recsys.learning.data.preparation import prepare
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.kinds import KIND_WEIGHTS, NEGATIVE_KINDS
from django_recsys.learning.metrics.bootstrap import bootstrap
from django_recsys.learning.metrics.ranking import HEADLINE
from django_recsys.learning.recommender import Recommender, Task, TrainingOptions
from django_recsys.learning.registry import create
from django_recsys.learning.splitting.cold_start import TEST_SEED, withhold_items
from django_recsys.learning.splitting.protocols import Fit, Hits, Split, split

from .tasks import Results, TestQueries, basket_queries, score_queries, user_queries

SEGMENTS = ("known", "new", "all")


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluation:
    """The results of one recommender, per user and on average."""

    algorithm: str
    hyperparameters: Mapping[str, Any]
    task: Task
    """What this algorithm is evaluated on."""
    results: Mapping[str, Results]
    """By task: "new-items", "any-items", "baskets"."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Split, sizes and seconds of the run."""

    def metric(
        self, name: str = HEADLINE, *, task: str | None = None, segment: str = "all"
    ) -> float:
        """Return a mean over users; NaN where the segment is empty."""
        values = self.values(name, task=task, segment=segment)
        return float(values.mean()) if len(values) else float("nan")

    def values(
        self, name: str = HEADLINE, *, task: str | None = None, segment: str = "all"
    ) -> np.ndarray:
        """Return (n_scored,) float64, one value per user or basket."""
        results = self.results[task or self.task]
        values: np.ndarray = results.values[name][_mask(results, segment)]
        return values

    def interval(
        self, name: str = HEADLINE, *, task: str | None = None, segment: str = "all"
    ) -> tuple[float, float]:
        """Return the 95% bootstrap interval of the mean over users."""
        values = self.values(name, task=task, segment=segment)
        low, high = bootstrap(values[:, None])
        return float(low[0]), float(high[0])

    def as_dict(self) -> dict[str, Any]:
        """Return JSON: headline metrics, every segment, and the facts."""
        headline = "new-items" if "new-items" in self.results else self.task
        segments = {
            task: {segment: _segment(results, segment) for segment in SEGMENTS}
            for task, results in self.results.items()
        }
        return {
            "algorithm": self.algorithm,
            "hyperparameters": dict(self.hyperparameters),
            "task": self.task,
            **segments[headline]["all"]["metrics"],
            **self.results[headline].lists,
            **self.facts,
            "segments": segments,
            "lists": {task: dict(each.lists) for task, each in self.results.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much better the first model is than the second, on the same users."""

    mean: float
    low: float
    """Lower end of the paired 95% bootstrap interval."""
    high: float

    @classmethod
    def of(cls, values: np.ndarray) -> Self:
        """Return the mean of paired differences, and its interval; NaN for none."""
        low, high = bootstrap(values[:, None])
        mean = float(values.mean()) if len(values) else float("nan")
        return cls(mean=mean, low=float(low[0]), high=float(high[0]))

    @property
    def is_better(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0


def compare(
    first: Evaluation,
    second: Evaluation,
    metric: str = HEADLINE,
    *,
    task: str | None = None,
    segment: str = "all",
) -> Difference:
    """Return the paired difference of two evaluations of one test.

    Raises DataError where their queries differ.
    """
    task = task or first.task
    if not np.array_equal(first.results[task].users, second.results[task].users):
        raise DataError("The two evaluations have different queries.")
    values = first.values(metric, task=task, segment=segment)
    return Difference.of(values - second.values(metric, task=task, segment=segment))


def score_on(
    recommender: Recommender, train: Interactions, test: Interactions, task: Task
) -> Evaluation:
    """Return the evaluation of a fitted recommender on one task.

    train: the prepared rows it was fitted on, with the id maps of the test; test:
    positive rows, each pair once, as ``validation_split`` gives them. The recommender
    may also come from an artifact.
    """
    if task == "baskets":
        queries = _require_baskets(basket_queries(train, test))
    else:
        seen = train.user_items()
        queries = user_queries(train, test, context=train, seen=seen, names=(task,))
    return _evaluation(recommender, score_queries(recommender, queries), {}, task)


def evaluate(
    recommender: Recommender | str,
    interactions: Interactions,
    protocol: str = "temporal",
    *,
    fit: Fit = "train",
    is_test: np.ndarray | None = None,
    hits: Hits = "liked",
    kind_weights: Mapping[str, float] = KIND_WEIGHTS,
    categories: np.ndarray | None = None,
    items: Any = None,
    edges: Any = None,
    cold_items: float = 0.0,
    cold_draw: int = 0,
    options: TrainingOptions | None = None,
) -> Evaluation:
    """Split, prepare, fit and score; the recommender is left fitted on the train part.

    is_test: (n_interactions,) bool for given-split; hits: what a list should hold,
    "all" as published tables have it; categories: (n_items,) int, -1
    where unknown, for the diversity of lists; items and edges: as ``fit`` takes them;
    cold_items: the share of items to withhold from training and to score alone;
    cold_draw: seed of their draw. Raises DataError where the data lack what the
    protocol needs.
    """
    if isinstance(recommender, str):
        recommender = create(recommender)
    parts = split(interactions, protocol, fit=fit, is_test=is_test, hits=hits)
    if cold_items:
        parts = withhold_items(parts, cold_items, seed=TEST_SEED + cold_draw)
    train, report = prepare(parts.train, kind_weights=kind_weights)
    began, cpu = time.perf_counter(), time.process_time()
    recommender.fit(
        train, items=items, edges=edges, options=options or TrainingOptions()
    )
    fitted, fitted_cpu = time.perf_counter(), time.process_time()
    results, dropped = _results(recommender, parts, train, kind_weights, categories)
    facts = {
        "protocol": protocol,
        "fit": fit if protocol == "leave-one-out" else "train+validation",
        "hits": hits,
        "seed": (options or TrainingOptions()).seed,
        "fit_seconds": fitted - began,
        "fit_cpu_seconds": fitted_cpu - cpu,
        "recommend_seconds": time.perf_counter() - fitted,
        "users": len(interactions.users),
        "items": len(interactions.items),
        "interactions": len(interactions),
        "future_rows": parts.future_rows,
        "train_interactions": len(train),
        "test_interactions": len(parts.test),
        "users_dropped": dropped,
        "cold_items": cold_items,
        "tied_times": parts.tied_times,
        "preparation": report.as_dict(),
    }
    return _evaluation(recommender, results, facts, recommender.capabilities.task)


def _results(
    recommender: Recommender,
    parts: Split,
    train: Interactions,
    kind_weights: Mapping[str, float],
    categories: np.ndarray | None,
) -> tuple[dict[str, Results], int]:
    """Return the results by task, and how many test users have no relevant item."""
    context = train
    if parts.context is not parts.train:
        context = prepare(parts.context, kind_weights=kind_weights)[0]
    names = ("new-items",) if parts.leaves_out_seen else ("new-items", "any-items")
    positive = ~parts.context.is_kind(*NEGATIVE_KINDS)
    queries = user_queries(
        train,
        parts.test,
        context=context,
        seen=parts.context.select(positive).user_items(),
        names=names,
    )
    results = score_queries(recommender, queries, categories)
    if baskets := _basket_queries_of(recommender, parts, train):
        results |= score_queries(recommender, baskets, categories)
    return results, queries.users_dropped


def _basket_queries_of(
    recommender: Recommender, parts: Split, train: Interactions
) -> TestQueries | None:
    """Only for recommenders evaluated on baskets, and for their baselines."""
    is_for_baskets = recommender.capabilities.task == "baskets"
    if not is_for_baskets and not recommender.capabilities.is_baseline:
        return None
    if parts.protocol == "temporal":
        queries = basket_queries(train, parts.test)
        return _require_baskets(queries) if is_for_baskets else queries
    return None


def _require_baskets(queries: TestQueries | None) -> TestQueries:
    if queries is None:
        raise DataError("The test has no basket of two items known in training.")
    return queries


def _evaluation(
    recommender: Recommender,
    results: Mapping[str, Results],
    facts: Mapping[str, Any],
    task: Task,
) -> Evaluation:
    return Evaluation(
        algorithm=recommender.name,
        hyperparameters=recommender.hyperparameters,
        task=task,
        results=results,
        facts=facts,
    )


def _mask(results: Results, segment: str) -> np.ndarray:
    if segment == "all":
        return np.ones(len(results.known), dtype=bool)
    return results.known if segment == "known" else ~results.known


def _segment(results: Results, segment: str) -> dict[str, Any]:
    """Return means and 95% intervals of all metrics over the users of a segment."""
    mask = _mask(results, segment)
    scored = int(np.count_nonzero(mask))
    if not scored:
        return {"scored": 0, "metrics": {}, "intervals": {}}
    table = np.column_stack([values[mask] for values in results.values.values()])
    low, high = bootstrap(table)
    return {
        "scored": scored,
        "metrics": dict(zip(results.values, table.mean(axis=0).tolist(), strict=True)),
        "intervals": {
            name: [float(low[column]), float(high[column])]
            for column, name in enumerate(results.values)
        },
    }
