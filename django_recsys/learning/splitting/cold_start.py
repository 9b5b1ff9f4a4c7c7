"""Cold-start tests: items withheld from training."""

from dataclasses import replace

import numpy as np

from django_recsys.learning.data import Interactions
from django_recsys.learning.exceptions import DataError

from .protocols import Split

TEST_SEED = 23
VALIDATION_SEED = 29


def withhold_items(parts: Split, share: float, *, seed: int = TEST_SEED) -> Split:
    """Return a split whose test holds only items without interactions in training.

    A seeded share of the items loses its rows in train and context; of the test only
    the rows of those items stay. All items are still ranked. The draw is by the items
    alone, so that every algorithm gets the same queries. Raises DataError for a share
    outside of 0 to 1, or where no rows are left.
    """
    if not 0 < share < 1:
        raise DataError(
            f"The share of cold items is {share:g}; it must be between 0 and 1."
        )
    cold = draw_items(parts, share, seed)
    test = parts.test.select(cold[parts.test.item_indices])
    train = _without(parts.train, cold)
    if not len(test) or not len(train):
        raise DataError("Without the cold items there are no rows to train or test on.")
    same = parts.context is parts.train
    context = train if same else _without(parts.context, cold)
    return replace(parts, train=train, context=context, test=test)


def draw_items(parts: Split, share: float, seed: int) -> np.ndarray:
    """Return (n_items,) bool: a seeded share of the items that have a row."""
    has_rows = np.zeros(len(parts.train.items), dtype=bool)
    for rows in (parts.train, parts.context, parts.test):
        has_rows[rows.item_indices] = True
    items = np.flatnonzero(has_rows)
    random = np.random.default_rng(seed)
    drawn = random.choice(items, max(1, round(share * len(items))), replace=False)
    cold = np.zeros(len(has_rows), dtype=bool)
    cold[drawn] = True
    return cold


def _without(rows: Interactions, cold: np.ndarray) -> Interactions:
    return rows.select(~cold[rows.item_indices])
