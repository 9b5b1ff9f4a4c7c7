"""Parts of a report beside the metrics: activity, learning curve, examples."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from django_recsys.learning.data import Histories, Interactions
from django_recsys.learning.evaluation.evaluator import Evaluation
from django_recsys.learning.evaluation.tasks import EvaluationTask
from django_recsys.learning.evaluation.validation import (
    ValidationSet,
    prepare_validation_set,
)
from django_recsys.learning.metrics.bootstrap import bootstrap
from django_recsys.learning.metrics.ranking import HEADLINE
from django_recsys.learning.recommender import Recommender, TrainingOptions
from django_recsys.learning.registry import create
from django_recsys.learning.splitting.protocols import Split

SHARES = (0.1, 0.25, 0.5)
EXAMPLES = 3
SHOWN = 5
SEED = 3
ACTIVITIES = ("new", "light", "heavy")


def details(
    recommender: Recommender,
    evaluation: Evaluation,
    parts: Split,
    *,
    titles: Mapping[str, str],
    features: Any = None,
    edges: Any = None,
    options: TrainingOptions,
) -> dict[str, Any]:
    """Return JSON of the activity, the examples and the learning curve.

    recommender: as ``evaluate`` left it, fitted on the train part; parts: the split of
    that evaluation; titles: item id -> title; features and edges: as in its fit.
    """
    validation_set = prepare_validation_set(
        parts, evaluation.task, features=features, edges=edges
    )
    found = {
        "activity": by_activity(evaluation, parts.train),
        "examples": examples(recommender, validation_set, titles),
    }
    whole = float(evaluation.values().mean()) if len(evaluation.values()) else None
    curve = learning_curve(recommender, validation_set, options)
    return {**found, "curve": [*curve, {"share": 1.0, HEADLINE: whole}]}


def by_activity(evaluation: Evaluation, train: Interactions) -> dict[str, Any]:
    """Return the headline metric of new, light and heavy users.

    Heavy ones have at least as many interactions in training as the median of the
    known users.
    """
    results = evaluation.results[evaluation.task]
    lengths = np.bincount(train.user_indices, minlength=len(train.users))[results.users]
    known = lengths[lengths > 0]
    middle = float(np.median(known)) if len(known) else 0.0
    groups = np.select([lengths == 0, lengths < middle], [0, 1], 2)
    values = results.values[HEADLINE]
    return {
        name: _mean(values[groups == code])
        | {"interactions": float(lengths[groups == code].mean())}
        for code, name in enumerate(ACTIVITIES)
        if (groups == code).any()
    }


def learning_curve(
    recommender: Recommender, validation_set: ValidationSet, options: TrainingOptions
) -> list[dict[str, Any]]:
    """Return the headline metric after fits on the rows of a share of the users.

    The queries and their histories stay the same, so that only the training differs.
    """
    train = validation_set.train
    draw = np.random.default_rng(SEED).random(len(train.users))[train.user_indices]
    curve = []
    for share in SHARES:
        part = replace(validation_set, train=train.select(draw < share))
        if len(part.train):
            fresh = create(recommender.name, **recommender.hyperparameters)
            score = float(part.measure(fresh, options).mean())
            curve.append({"share": share, HEADLINE: score})
    return curve


def examples(
    recommender: Recommender, validation_set: ValidationSet, titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the lists of a few users, the same ones for every algorithm."""
    queries = validation_set.queries
    (task,) = queries.tasks
    known = np.flatnonzero((np.diff(task.relevant.indptr) > 0) & queries.known)
    random = np.random.default_rng(SEED)
    rows = np.sort(random.choice(known, min(EXAMPLES, len(known)), replace=False))
    histories = queries.histories.select(rows)
    lists, _ = recommender.recommend_indices(
        histories,
        queries.users[rows],
        n=SHOWN,
        exclude_seen=False if task.left_out is None else task.left_out[rows],
    )
    ids = recommender.items_.ids
    names = np.array([titles.get(each, each) for each in ids.tolist()], dtype=object)
    return [
        {
            "person": position + 1,
            "history": names[_newest(histories, position)].tolist(),
            "list": names[lists[position][lists[position] >= 0]].tolist(),
            "found": _hits(task, row, lists[position]),
        }
        for position, row in enumerate(rows)
    ]


def _newest(histories: Histories, position: int) -> np.ndarray:
    end = histories.starts[position + 1]
    start = max(histories.starts[position], end - SHOWN)
    return histories.item_indices[start:end]


def _hits(task: EvaluationTask, row: int, items: np.ndarray) -> list[bool]:
    """Return for each shown item whether it is relevant."""
    cells = slice(*task.relevant.indptr[row : row + 2])
    relevant = set(task.relevant.indices[cells].tolist())
    return [int(item) in relevant for item in items[items >= 0]]


def _mean(values: np.ndarray) -> dict[str, Any]:
    low, high = bootstrap(values[:, None])
    return {
        HEADLINE: float(values.mean()),
        "interval": [float(low[0]), float(high[0])],
        "scored": len(values),
    }
