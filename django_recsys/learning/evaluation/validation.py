"""Validation: fit on older rows, score on newer ones; test rows are dropped first."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from django_recsys.learning.data import Interactions
from django_recsys.learning.data.preparation import prepare
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.kinds import KIND_WEIGHTS, NEGATIVE_KINDS
from django_recsys.learning.metrics.ranking import HEADLINE
from django_recsys.learning.recommender import Recommender, Task, TrainingOptions
from django_recsys.learning.splitting.cold_start import VALIDATION_SEED, withhold_items
from django_recsys.learning.splitting.protocols import Hits, Split, split, split_again

from .tasks import TestQueries, basket_queries, score_queries, user_queries


@dataclass(frozen=True, eq=False, kw_only=True)
class ValidationSet:
    """Rows and queries on which recommenders of one task are compared."""

    task: Task
    train: Interactions
    """Prepared."""
    queries: TestQueries
    features: Any = None
    """Item features."""
    edges: Any = None
    """Friendships."""

    def measure(self, recommender: Recommender, options: TrainingOptions) -> np.ndarray:
        """Fit and score; return (n_scored,) float64, NDCG@10 of each query."""
        recommender.fit(
            self.train, items=self.features, edges=self.edges, options=options
        )
        results = score_queries(recommender, self.queries)[self.task]
        return results.values[HEADLINE]

    @property
    def digest(self) -> str:
        """Identifies the rows and queries."""
        relevant = self.queries.tasks[0].relevant
        arrays = (
            self.train.user_indices,
            self.train.item_indices,
            self.train.weights,
            relevant.indptr,
            relevant.indices,
        )
        content = hashlib.sha256(self.task.encode())
        for array in arrays:
            content.update(np.ascontiguousarray(array).tobytes())
        return content.hexdigest()[:16]


def validation_split_of(
    interactions: Interactions,
    protocol: str,
    *,
    is_test: np.ndarray | None = None,
    cold_items: float = 0.0,
    hits: Hits = "liked",
) -> Split:
    """Drop the test of a protocol and split the rest in the same way.

    cold_items and hits: as ``evaluate`` takes them; the validation withholds items of
    its own.
    """
    whole = split(interactions, protocol, is_test=is_test, hits=hits)
    if not cold_items:
        return split_again(whole.context, protocol, hits=hits)
    known = withhold_items(whole, cold_items).context
    return withhold_items(
        split_again(known, protocol, hits=hits), cold_items, seed=VALIDATION_SEED
    )


def prepare_validation_set(
    cut: Split,
    task: Task,
    *,
    kind_weights: Mapping[str, float] = KIND_WEIGHTS,
    features: Any = None,
    edges: Any = None,
) -> ValidationSet:
    """Prepare the parts of a split; raises DataError where no user can be evaluated."""
    train, _ = prepare(cut.train, kind_weights=kind_weights)
    return validation_set_over(
        train, cut, task, kind_weights, features=features, edges=edges
    )


def validation_set_over(
    train: Interactions,
    cut: Split,
    task: Task,
    kind_weights: Mapping[str, float] = KIND_WEIGHTS,
    *,
    features: Any = None,
    edges: Any = None,
) -> ValidationSet:
    """As ``prepare_validation_set``, over train rows that are prepared already."""
    queries = _queries_of(train, cut, task, kind_weights)
    if queries is None or not np.diff(queries.tasks[0].relevant.indptr).any():
        raise DataError("There are too few validation rows to evaluate any user.")
    return ValidationSet(
        task=task, train=train, queries=queries, features=features, edges=edges
    )


def _queries_of(
    train: Interactions, cut: Split, task: Task, kind_weights: Mapping[str, float]
) -> TestQueries | None:
    if task == "baskets":
        return basket_queries(train, cut.test)
    context = train
    if cut.context is not cut.train:
        context, _ = prepare(cut.context, kind_weights=kind_weights)
    positive = ~cut.context.is_kind(*NEGATIVE_KINDS)
    seen = cut.context.select(positive).user_items()
    return user_queries(train, cut.test, context=context, seen=seen, names=(task,))
