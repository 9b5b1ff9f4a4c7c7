"""What a report shows beyond the metrics: activity, growth of the data, examples."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from django_recsys.learning.data import Histories, Interactions
from django_recsys.learning.evaluation.evaluator import Evaluation
from django_recsys.learning.evaluation.tasks import EvaluationTask, score_queries
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
    """Return JSON of what was measured and what is measured here in addition.

    recommender: as ``evaluate`` left it, fitted on the train part; parts: the split
    of that evaluation; titles: item id to what people call it; features and edges:
    what it was fitted with.
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
    known users who were asked.
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

    The queries and their histories stay the same, so that only what was learned
    differs.
    """
    random = np.random.default_rng(SEED)
    chance = random.random(len(validation_set.train.users))[
        validation_set.train.user_indices
    ]
    curve = []
    for share in SHARES:
        part = validation_set.train.select(chance < share)
        if not len(part):
            continue
        fitted = create(recommender.name, **recommender.hyperparameters).fit(
            part,
            items=validation_set.features,
            edges=validation_set.edges,
            options=options,
        )
        values = score_queries(fitted, validation_set.queries)[
            validation_set.task
        ].values[HEADLINE]
        curve.append({"share": share, HEADLINE: float(values.mean())})
    return curve


def examples(
    recommender: Recommender, validation_set: ValidationSet, titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the lists of a few people, the same ones for every algorithm."""
    (question,) = validation_set.queries.tasks
    asked = np.flatnonzero(
        (np.diff(question.relevant.indptr) > 0) & validation_set.queries.known
    )
    random = np.random.default_rng(SEED)
    rows = np.sort(random.choice(asked, min(EXAMPLES, len(asked)), replace=False))
    histories = validation_set.queries.histories.select(rows)
    lists, _ = recommender.recommend_indices(
        histories,
        validation_set.queries.users[rows],
        n=SHOWN,
        exclude_seen=False if question.left_out is None else question.left_out[rows],
    )
    ids = recommender.items_.ids
    names = np.array([titles.get(each, each) for each in ids.tolist()], dtype=object)
    return [
        {
            "person": position + 1,
            "history": names[_newest(histories, position)].tolist(),
            "list": names[lists[position][lists[position] >= 0]].tolist(),
            "found": _hits(question, row, lists[position]),
        }
        for position, row in enumerate(rows)
    ]


def _newest(histories: Histories, position: int) -> np.ndarray:
    end = histories.starts[position + 1]
    start = max(histories.starts[position], end - SHOWN)
    return histories.item_indices[start:end]


def _hits(question: EvaluationTask, row: int, items: np.ndarray) -> list[bool]:
    """Say of each shown item whether the person took it afterwards."""
    cells = slice(*question.relevant.indptr[row : row + 2])
    wanted = set(question.relevant.indices[cells].tolist())
    return [int(item) in wanted for item in items[items >= 0]]


def _mean(values: np.ndarray) -> dict[str, Any]:
    low, high = bootstrap(values[:, None])
    return {
        HEADLINE: float(values.mean()),
        "interval": [float(low[0]), float(high[0])],
        "scored": len(values),
    }
