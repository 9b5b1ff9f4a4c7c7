"""Weights of the rows of a history, by their age."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from django_recsys.learning.data import Histories
from django_recsys.learning.numerics.sparse import offsets

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def recency_weights(histories: Histories, recency: float | np.ndarray) -> np.ndarray:
    """Return (n_rows,) float32: 1 for the newest step, falling with age.

    Age counts steps: rows of one moment (one basket) share a step, so that one rule
    fits sequences of single items and a year of baskets. A row ``recency`` steps old
    weighs 1/e; with 0 all weigh 1.
    """
    if recency == 0:
        return np.ones(len(histories.item_indices), dtype=np.float32)
    weights: np.ndarray = np.exp(-histories.ages() / np.float32(recency))
    return weights


def recent_items(histories: Histories, recency: float | np.ndarray) -> csr_array:
    """Return (n_queries, n_items) float32: each item once, by its newest row."""
    from scipy.sparse import csr_array

    weights = recency_weights(histories, recency)
    codes = histories.owners.astype(np.int64) * histories.n_items
    codes += histories.item_indices
    # Stable, so the last of equal codes is the newest row of the pair.
    order = np.argsort(codes, kind="stable")
    newest = order[np.diff(codes[order], append=-1) != 0]
    counts = np.bincount(histories.owners[newest], minlength=len(histories))
    cells = (weights[newest], histories.item_indices[newest], offsets(counts))
    return csr_array(cells, shape=(len(histories), histories.n_items))
