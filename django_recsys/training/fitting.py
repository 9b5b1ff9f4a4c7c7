"""Fit a spec, after a look at what that will take."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django_recsys.conf import get_settings
from django_recsys.learning import (
    ALGORITHMS,
    Interactions,
    Progress,
    Recommender,
    TrainingOptions,
    arrange,
    available_cores,
    create,
)

from .checkpoints import checkpoint_of
from .context import TrainingContext
from .spec import TrainingSpec

FIT_SHARE = 0.3
"""Of the time limit of a training, for each of its two fits: one to be measured, one
to serve. The rest is for reading, scoring and publishing."""

Listener = Callable[[Progress], None]


def fitted(
    spec: TrainingSpec,
    rows: Interactions,
    context: TrainingContext,
    *,
    listener: Listener | None = None,
    previous: Recommender | None = None,
) -> tuple[Recommender, str]:
    """Return the fitted recommender, and what the memory made us change.

    `listener` hears how far the fit has come; `previous` is where a deep model starts
    from. Raises `TooLargeError`, with what would fit instead, where nothing helps:
    better than a machine that kills the shop's processes.
    """
    arrangement = arrange(spec.algorithm, rows, spec.hyperparameters)
    recommender = create(spec.algorithm, **arrangement.hyperparameters)
    can_read = recommender.capabilities.reads_items
    with checkpoint_of(spec, rows, is_kept=is_deep(spec.algorithm)) as checkpoint:
        recommender.fit(
            rows,
            # To others items are not described: it takes a walk through the catalogue.
            items=context.item_features if can_read else None,
            edges=context.friends if reads_edges(recommender) else None,
            options=TrainingOptions(
                device="auto",
                progress=listener,
                time_budget=fit_budget(),
                threads=own_threads(),
                checkpoint=checkpoint,
                previous=previous,
            ),
        )
    return recommender, arrangement.remark


def is_deep(algorithm: str) -> bool:
    """Say whether an algorithm learns in epochs, as those of the extra "neural"."""
    return ALGORITHMS[algorithm][1] == "neural"


def reads_edges(recommender: Any) -> bool:
    """Say whether it learns from friends, itself or by one of its sources."""
    return "social" in {recommender.name, *_sources_of(recommender)}


def _sources_of(recommender: Any) -> list[str]:
    names = getattr(recommender, "sources", "").split(",")
    return [name for each in names if (name := each.strip()) in ALGORITHMS]


def fit_budget() -> timedelta:
    """Return how long one fit may learn; its learning rate falls to zero by then."""
    return FIT_SHARE * timedelta(minutes=get_settings().TRAINING_MINUTES)


def own_threads() -> int:
    """Return how many threads a fit takes: OMP_NUM_THREADS, else all cores."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return int(given) if given.isdecimal() and int(given) else available_cores()
