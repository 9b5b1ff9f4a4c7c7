"""Normalised vectors and their cosines."""

import numpy as np


def directions(factors: np.ndarray) -> np.ndarray:
    """Return (n_items, size) rows of length one; zeros stay zero."""
    norms = np.linalg.norm(factors, axis=1, keepdims=True)
    result: np.ndarray = factors / np.maximum(norms, np.float32(1e-12))
    return result


def cosines(factors: np.ndarray, item_indices: np.ndarray) -> np.ndarray:
    """Return (n_queries, n_items) cosine, NaN where not positive.

    factors: (n_items, size); an item at zero is similar to nothing.
    """
    units = directions(factors)
    scores = units[item_indices] @ units.T
    return np.where(scores > 0, scores, np.nan)
