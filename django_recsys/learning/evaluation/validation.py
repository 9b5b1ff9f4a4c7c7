"""Where settings are tried: fitted on the older part, asked about the newer one.

What is the test of a protocol never gets here, so nothing chosen here has seen it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from django_recsys.learning.data.interactions import Interactions
from django_recsys.learning.data.preparation import (
    KIND_WEIGHTS,
    NEGATIVE_KINDS,
    prepare,
)
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.metrics.ranking import HEADLINE
from django_recsys.learning.recommender import Recommender, Task, TrainingOptions
from django_recsys.learning.splitting.cold_start import VALIDATION_SEED, hold_out_items
from django_recsys.learning.splitting.protocols import (
    Split,
    _cut_again,
    split,
)

from .tasks import Exam, ask, exam_of_baskets, exam_of_users


@dataclass(frozen=True, eq=False, kw_only=True)
class Bench:
    """One exam for many recommenders of a task."""

    task: Task
    train: Interactions
    """What they are fitted on, prepared."""
    exam: Exam
    features: Any = None
    """Item features, for those that use them."""
    edges: Any = None
    """Friendships, for those that use them."""

    def measure(self, recommender: Recommender, options: TrainingOptions) -> np.ndarray:
        """Fit and ask; return (n_scored,) float64, NDCG@10 of each query."""
        recommender.fit(
            self.train, items=self.features, edges=self.edges, options=options
        )
        answers = ask(recommender, self.exam)[self.task]
        return answers.values[HEADLINE]

    @property
    def digest(self) -> str:
        """A text that is the same for the same rows and the same exam."""
        question = self.exam.questions[0].relevant
        arrays = (
            self.train.user_indices,
            self.train.item_indices,
            self.train.weights,
            question.indptr,
            question.indices,
        )
        content = hashlib.sha256(self.task.encode())
        for array in arrays:
            content.update(np.ascontiguousarray(array).tobytes())
        return content.hexdigest()[:16]


def validation_cut(
    interactions: Interactions,
    protocol: str,
    *,
    is_test: np.ndarray | None = None,
    cold_items: float = 0.0,
) -> Split:
    """Drop the test of a protocol and cut what is left in the same manner.

    cold_items: as ``evaluate`` takes it; the validation holds out items of its own.
    """
    whole = split(interactions, protocol, is_test=is_test)
    if not cold_items:
        return _cut_again(whole.context, protocol)
    known = hold_out_items(whole, cold_items).context
    return hold_out_items(_cut_again(known, protocol), cold_items, seed=VALIDATION_SEED)


def bench_of(
    cut: Split,
    task: Task,
    *,
    kind_weights: Mapping[str, float] = KIND_WEIGHTS,
    features: Any = None,
    edges: Any = None,
) -> Bench:
    """Prepare the parts of a cut; raises DataError where it asks nothing."""
    train, _ = prepare(cut.train, kind_weights=kind_weights)
    return bench_over(train, cut, task, kind_weights, features=features, edges=edges)


def bench_over(
    train: Interactions,
    cut: Split,
    task: Task,
    kind_weights: Mapping[str, float] = KIND_WEIGHTS,
    *,
    features: Any = None,
    edges: Any = None,
) -> Bench:
    """As ``bench_of``, over rows of the cut's train that are prepared already."""
    exam = _exam(train, cut, task, kind_weights)
    if exam is None or not np.diff(exam.questions[0].relevant.indptr).any():
        raise DataError("The validation part asks nothing: there is too little data.")
    return Bench(task=task, train=train, exam=exam, features=features, edges=edges)


def _exam(
    train: Interactions, cut: Split, task: Task, kind_weights: Mapping[str, float]
) -> Exam | None:
    if task == "baskets":
        return exam_of_baskets(train, cut.test)
    context = train
    if cut.context is not cut.train:
        context, _ = prepare(cut.context, kind_weights=kind_weights)
    positive = ~cut.context.is_kind(*NEGATIVE_KINDS)
    seen = cut.context.select(positive).user_items()
    return exam_of_users(train, cut.test, context=context, seen=seen, names=(task,))
