"""Items that the same people took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from .base import TrainingOptions
from .hyperparameters import hyperparameter
from .interactions import Interactions
from .item_to_item import ItemToItem

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class ItemKNN(ItemToItem):
    """Item-based neighbourhoods by shrunken cosine (Sarwar et al. 2001).

    An item is scored by its own neighbours, so that a popular item cannot enter
    every list as everybody's neighbour.
    """

    name: ClassVar[str] = "item_knn"

    neighbors: int = hyperparameter(
        50, low=1, high=2000, help="Neighbours kept per item."
    )
    shrinkage: float = hyperparameter(
        30.0, low=0.0, high=1e5, help="Higher trusts items of few users less."
    )

    def _learn_weights(
        self, interactions: Interactions, options: TrainingOptions
    ) -> csr_array:
        from ._neighbors import nearest

        taken = interactions.user_items()
        taken.data[:] = 1
        counts = np.bincount(taken.indices, minlength=taken.shape[1])
        norms = np.sqrt(counts + np.float32(self.shrinkage))
        taken.data /= norms[taken.indices].astype(np.float32)
        return nearest(taken, self.neighbors, options.threads).T.tocsr()
