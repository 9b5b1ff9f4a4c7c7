"""What item vectors say of each other."""

from __future__ import annotations

import numpy as np


def cosines(factors: np.ndarray, item_indices: np.ndarray) -> np.ndarray:
    """Return (n_queries, n_items) cosine, NaN where not positive.

    factors: (n_items, size); an item at zero is similar to nothing.
    """
    norms = np.linalg.norm(factors, axis=1, keepdims=True)
    directions = factors / np.maximum(norms, np.float32(1e-12))
    scores = directions[item_indices] @ directions.T
    return np.where(scores > 0, scores, np.nan)
