"""Ranking metrics per user, from the ranks of the relevant items."""

import numpy as np

CUTOFFS = (5, 10, 20, 50, 100)
NAMES = ("precision", "recall", "recall_capped", "f1", "hit_rate", "ndcg", "map", "mrr")
HEADLINE = "ndcg@10"
_DISCOUNTS = 1 / np.log2(np.arange(2, max(CUTOFFS) + 2))
_IDEAL = np.concatenate(([0.0], np.cumsum(_DISCOUNTS)))


def ranking_metrics(
    owners: np.ndarray, ranks: np.ndarray, relevant: np.ndarray
) -> dict[str, np.ndarray]:
    """Return "ndcg@10" and so on -> (n_users,) float64.

    owners, ranks: (n_relevant,), user and 1-based rank of each relevant item, 0 where
    it is not ranked; relevant: (n_users,), how many there are, at least 1. Gains are
    binary; ``map`` divides by min(relevant, n); ``f1`` is each user's.
    """
    found = ranks > 0
    order = np.lexsort((ranks[found], owners[found]))
    owners, ranks = owners[found][order], ranks[found][order]
    first = np.searchsorted(owners, np.arange(len(relevant)))
    ordinal = np.arange(len(owners)) - first[owners] + 1
    metrics: dict[str, np.ndarray] = {}
    for n in CUTOFFS:
        values = _at(n, owners, ranks, ordinal, relevant)
        metrics |= {f"{name}@{n}": values[name] for name in NAMES}
    return metrics


def _at(
    n: int,
    owners: np.ndarray,
    ranks: np.ndarray,
    ordinal: np.ndarray,
    relevant: np.ndarray,
) -> dict[str, np.ndarray]:
    inside = ranks <= n
    owners, ranks, ordinal = owners[inside], ranks[inside], ordinal[inside]

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(owners, values, minlength=len(relevant))

    hits = total(np.ones(len(owners)))
    capped = np.minimum(relevant, n)
    first = ordinal == 1
    return {
        "precision": hits / n,
        "recall": hits / relevant,
        "recall_capped": hits / capped,
        "f1": 2 * hits / (n + relevant),
        "hit_rate": (hits > 0).astype(np.float64),
        "ndcg": total(_DISCOUNTS[ranks - 1]) / _IDEAL[capped],
        "map": total(ordinal / ranks) / capped,
        "mrr": total(first / ranks),
    }
