"""The evaluation of rating predictions: RMSE, MAE, precision and recall."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from django_recsys.learning.algorithms.factorization.ratings import (
    RatingModel,
    rated_rows,
)
from django_recsys.learning.data import Interactions
from django_recsys.learning.metrics.ratings import LIKED, rating_metrics
from django_recsys.learning.options import TrainingOptions
from django_recsys.learning.text_table import format_table

TEST_SHARE = 0.2


def evaluate_ratings(
    interactions: Interactions,
    *,
    is_test: np.ndarray | None = None,
    liked: float = LIKED,
    options: TrainingOptions | None = None,
) -> dict[str, Any]:
    """Fit on a part of the recorded ratings, predict the others, return JSON.

    is_test: (n_interactions,) bool; None takes a seeded fifth of the ratings. liked:
    the least rating that counts as liked.
    """
    options = options or TrainingOptions()
    if is_test is None:
        rows = rated_rows(interactions)
        is_test = np.random.default_rng(options.seed).random(len(rows)) < TEST_SHARE
        interactions = rows
    train, test = interactions.select(~is_test), interactions.select(is_test)
    began, cpu = time.perf_counter(), time.process_time()
    model = RatingModel().fit(train, options)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    rated = rated_rows(test)
    predicted = model.predict_indices(rated.user_indices, rated.item_indices)
    mean = np.full(len(rated), model.mean_)
    return {
        "algorithm": model.name,
        **rating_metrics(rated.weights, predicted, liked),
        "mean_alone": rating_metrics(rated.weights, mean, liked),
        "liked": liked,
        "seed": options.seed,
        "train_ratings": len(rated_rows(train)),
        "test_ratings": len(rated),
        "fit_seconds": seconds,
        "fit_cpu_seconds": cpu_seconds,
    }


def rating_table(result: Mapping[str, Any]) -> str:
    """Return a text table: the model beside the mean rating alone."""
    names = ("rmse", "mae", "accuracy", "precision", "recall", "f1")
    labels = {result["algorithm"]: result, "mean": result["mean_alone"]}
    rows = [
        [label, *(f"{figures[name]:.4f}" for name in names)]
        for label, figures in labels.items()
    ]
    return format_table([["", *names], *rows])
