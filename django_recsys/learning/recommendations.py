"""The results of a batch of queries."""

from typing import NamedTuple, Self

import numpy as np

from .data.id_map import IdMap


class Recommendations(NamedTuple):
    """Ranked items for each query of a batch."""

    item_ids: np.ndarray
    """(n_queries, m) str, best first; "" pads a short row; m = min(n, n_items)."""
    scores: np.ndarray
    """(n_queries, m) float32, never increasing; -inf where padded."""

    @classmethod
    def of_indices(cls, items: IdMap, indices: np.ndarray, scores: np.ndarray) -> Self:
        """Name items by their ids; indices: (n_queries, m), -1 where padded."""
        return cls(np.append(items.ids, "")[indices], scores)
