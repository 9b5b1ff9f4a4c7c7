"""A part of the catalogue that a model is confined to, where all of it is too much."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

NOWHERE = -1


def most_informative(taken: csr_array, most: int) -> np.ndarray:
    """Return the sorted item indices, (most,) int32: those that most people took.

    How well a closed-form weight is known grows with the people behind it, and so
    does how often it is asked for. (0,) where all items may stay. taken: binary,
    (n_users, n_items).
    """
    n_items = taken.shape[1]
    if not 0 < most < n_items:
        return np.zeros(0, dtype=np.int32)
    counts = np.bincount(taken.indices, minlength=n_items)
    chosen = np.argsort(-counts, kind="stable")[:most]
    return np.sort(chosen).astype(np.int32)


def positions(block: np.ndarray, n_items: int) -> np.ndarray:
    """Return (n_items,) int32: where each item stands in the block, -1 outside."""
    places = np.full(n_items, NOWHERE, dtype=np.int32)
    places[block] = np.arange(len(block), dtype=np.int32)
    return places


def outside_unknown(scores: np.ndarray, block: np.ndarray, n_items: int) -> np.ndarray:
    """Return (n_queries, n_items) of (n_queries, n_block) scores; NaN outside."""
    wide = np.full((len(scores), n_items), np.nan, dtype=np.float32)
    wide[:, block] = scores
    return wide
