"""Metrics of all users' lists together."""

import numpy as np

from .ranking import CUTOFFS


def list_metrics(
    lists: np.ndarray,
    item_counts: np.ndarray,
    n_users: int,
    categories: np.ndarray | None = None,
) -> dict[str, float]:
    """Return "coverage@10" and so on.

    lists: (n_lists, n) item indices, -1 where padded; item_counts: (n_items,), the
    users of each item in training, of n_users; categories: (n_items,) int, -1 where
    unknown. Undefined values are left out.
    """
    metrics: dict[str, float] = {}
    for n in CUTOFFS:
        shown = lists[:, :n]
        counts = np.bincount(shown[shown >= 0], minlength=len(item_counts))
        metrics[f"coverage@{n}"] = float(np.count_nonzero(counts) / len(counts))
        metrics[f"gini@{n}"] = gini(counts)
        if counts.any():
            metrics[f"novelty@{n}"] = _novelty(counts, item_counts, n_users)
            metrics[f"popularity_bias@{n}"] = _popularity_bias(counts, item_counts)
        if len(lists) > 1:
            metrics[f"personalization@{n}"] = _personalization(counts, shown)
        if categories is not None:
            metrics[f"diversity@{n}"] = _diversity(shown, categories)
    return metrics


def tied_share(scores: np.ndarray) -> float:
    """Share of list places whose score equals that of a neighbouring place."""
    shown = scores > -np.inf
    same = (scores[:, 1:] == scores[:, :-1]) & shown[:, 1:]
    tied = np.zeros(scores.shape, dtype=bool)
    tied[:, 1:] |= same
    tied[:, :-1] |= same
    return float(np.count_nonzero(tied) / max(int(np.count_nonzero(shown)), 1))


def gini(counts: np.ndarray) -> float:
    """0 where every item is shown equally often, near 1 where a single one is shown."""
    total: float = float(np.sum(counts))
    if total == 0:
        return 0.0
    ordered: np.ndarray = np.sort(counts)
    ranks = np.arange(1, len(ordered) + 1)
    spread = 2 * float(np.dot(ranks, ordered)) / (len(ordered) * total)
    return float(spread - (len(ordered) + 1) / len(ordered))


def _novelty(counts: np.ndarray, item_counts: np.ndarray, n_users: int) -> float:
    """Return the mean self-information in bits; an item without users counts as one."""
    information = -np.log2(np.maximum(item_counts, 1) / max(n_users, 1))
    return float(np.dot(counts, information) / counts.sum())


def _popularity_bias(counts: np.ndarray, item_counts: np.ndarray) -> float:
    """Return the popularity of shown items over that of items in training rows."""
    in_training = np.dot(item_counts, item_counts) / max(item_counts.sum(), 1)
    shown = np.dot(counts, item_counts) / counts.sum()
    return float(shown / max(in_training, 1e-12))


def _personalization(counts: np.ndarray, shown: np.ndarray) -> float:
    """Return one minus the mean overlap of two users' lists."""
    pairs = len(shown) * (len(shown) - 1) / 2
    overlap = np.dot(counts.astype(np.float64), counts - 1) / 2
    return float(1 - overlap / (pairs * shown.shape[1]))


def _diversity(shown: np.ndarray, categories: np.ndarray) -> float:
    """Return the mean share of pairs in a list that are from different categories."""
    labels = np.where(shown >= 0, categories[shown], -1)
    known = np.sort(np.where(labels >= 0, labels, np.iinfo(labels.dtype).max), axis=1)
    lengths = np.count_nonzero(labels >= 0, axis=1)
    position = np.arange(known.shape[1])
    new = np.ones(known.shape, dtype=bool)
    new[:, 1:] = known[:, 1:] != known[:, :-1]
    first = np.maximum.accumulate(np.where(new, position, 0), axis=1)
    # Every label is paired with each earlier label of its own run.
    same = np.where(position < lengths[:, None], position - first, 0).sum(axis=1)
    pairs = lengths * (lengths - 1) / 2
    some = pairs > 0
    return float(np.mean(1 - same[some] / pairs[some])) if some.any() else 0.0
