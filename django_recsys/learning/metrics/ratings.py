"""Metrics of predicted ratings."""

import numpy as np

from django_recsys.learning.exceptions import DataError

LIKED = 4.0


def rating_metrics(
    given: np.ndarray, predicted: np.ndarray, liked: float = LIKED
) -> dict[str, float]:
    """Return rmse and mae, and accuracy, precision, recall and f1 of "will like".

    given, predicted: (n_ratings,); liked are those of at least ``liked``. A quotient of
    zeros is 0.
    """
    if len(given) != len(predicted):
        raise DataError(f"{len(given)} ratings, but {len(predicted)} predicted.")
    errors = np.asarray(predicted, dtype=np.float64) - given
    likes, predicted_likes = np.asarray(given) >= liked, np.asarray(predicted) >= liked
    hits = float(np.count_nonzero(likes & predicted_likes))
    precision = hits / max(float(predicted_likes.sum()), 1.0)
    recall = hits / max(float(likes.sum()), 1.0)
    return {
        "rmse": float(np.sqrt(np.mean(errors**2))),
        "mae": float(np.mean(np.abs(errors))),
        "accuracy": float(np.mean(likes == predicted_likes)),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-12),
    }
