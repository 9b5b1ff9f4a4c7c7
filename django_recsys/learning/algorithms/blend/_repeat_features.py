"""How often and how recently a user interacted with an item, or others like it."""

import numpy as np

from django_recsys.learning.data import Histories
from django_recsys.learning.data.item_features import ItemFeatures

MOST_LABELS = {"category": 3, "brand": 1}  # per item, the rarest ones
REPEAT_DECAY_STEPS = 10.0
NO_LABEL = -1


def item_labels(features: ItemFeatures | None, n_items: int) -> np.ndarray:
    """Return (n_items, n_labels) int32: the rarest categories first, then the brand.

    A label is a column of the features, -1 where an item has fewer of them; no columns
    where no item has any. Rare categories are the most specific.
    """
    if features is None:
        return np.zeros((n_items, 0), dtype=np.int32)
    blocks = [
        _rarest(features, f"{column}=", most) for column, most in MOST_LABELS.items()
    ]
    return np.hstack(blocks)


def item_repeat_features(
    items: np.ndarray, histories: Histories, real: np.ndarray
) -> list[np.ndarray]:
    """Return (n_cells,) float32: rows of the pair, faded rows, age of the newest.

    items: (n_queries, width); real: of the same shape, False where padded.
    """
    itself = np.arange(histories.n_items, dtype=np.int32)[:, None]
    rows, faded, newest, _ = _repeat_counts(itself, items, histories, real)[0]
    return [rows, faded, newest]


def label_repeat_features(
    labels: np.ndarray, items: np.ndarray, histories: Histories, real: np.ndarray
) -> list[np.ndarray]:
    """Return four (n_cells,) float32 per label of an item; labels: (n_items, n_labels).

    The share of the user's rows that have the label (as one of those kept of their
    item), their faded number, the age of the newest, and the number of different items.
    Nothing here depends on other users, so that trees cannot learn what is in fashion.
    """
    lengths = np.maximum(histories.lengths, 1).astype(np.float32)
    lengths = np.broadcast_to(lengths[:, None], items.shape)[real]
    columns = []
    for counts in _repeat_counts(labels, items, histories, real):
        rows, faded, newest, distinct = counts
        columns += [rows / lengths, faded, newest, distinct]
    return columns


def _repeat_counts(
    labels: np.ndarray, items: np.ndarray, histories: Histories, real: np.ndarray
) -> list[list[np.ndarray]]:
    """Return per label its rows, faded rows, newest age and different items."""
    size = int(labels.max(initial=0)) + 1
    ages = histories.ages()
    row, column = np.nonzero(labels[histories.item_indices] >= 0)
    owned = labels[histories.item_indices[row], column]
    pairs = histories.owners[row].astype(np.int64) * size + owned
    known, codes = np.unique(pairs, return_inverse=True)
    newest = np.full(len(known), np.inf)
    np.minimum.at(newest, codes, ages[row])
    faded = np.exp(-ages[row] / REPEAT_DECAY_STEPS)
    held = histories.matrix()
    holder = np.repeat(np.arange(len(histories), dtype=np.int64), np.diff(held.indptr))
    row, column = np.nonzero(labels[held.indices] >= 0)
    of_held = holder[row] * size + labels[held.indices[row], column]
    totals = (
        np.bincount(codes, minlength=len(known)),
        np.bincount(codes, faded, minlength=len(known)),
        newest,
        np.bincount(np.searchsorted(known, of_held), minlength=len(known)),
    )
    queries = np.broadcast_to(np.arange(len(items))[:, None], items.shape)[real]
    result = []
    for label in labels[items[real]].T:
        keys = np.where(label < 0, -1, queries * size + label)
        place = np.searchsorted(known, keys)
        is_known = np.append(known, -2)[place] == keys
        found = [np.append(each, 0).astype(np.float32)[place] for each in totals]
        defaults = np.array([0, 0, -1, 0], dtype=np.float32)
        pairs = zip(found, defaults, strict=True)
        result.append([np.where(is_known, *pair) for pair in pairs])
    return result


def _rarest(features: ItemFeatures, prefix: str, most: int) -> np.ndarray:
    """Return (n_items, up to ``most``) int32: columns whose name has the prefix."""
    matches = np.array([name.startswith(prefix) for name in features.names], dtype=bool)
    cells = features.matrix.tocoo()
    chosen = matches[cells.coords[1]] if len(matches) else np.zeros(0, dtype=bool)
    rows, columns = (each[chosen] for each in cells.coords)
    counts = np.bincount(columns, minlength=len(matches))
    order = np.lexsort((columns, counts[columns], rows))
    rows, columns = rows[order], columns[order]
    lengths = np.bincount(rows, minlength=len(features.items))
    position = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    width = min(most, int(lengths.max(initial=0)))
    result = np.full((len(features.items), width), NO_LABEL, dtype=np.int32)
    kept = position < width
    result[rows[kept], position[kept]] = columns[kept]
    return result
