"""A random walk from items to users to items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.data import Interactions
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.sparse import column_counts, row_indices
from django_recsys.learning.recommender import TrainingOptions

from .item_to_item import ItemToItem

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class Graph(ItemToItem):
    """RP3beta: three steps of a random walk, popularity damped (Paudel et al. 2017).

    An item is scored by its own neighbours, so that a popular item does not enter every
    list as a neighbour of all items.
    """

    name: ClassVar[str] = "graph"

    neighbors: int = hyperparameter(
        100, low=1, high=2000, help="Number of neighbours kept per item."
    )
    alpha: float = hyperparameter(
        0.6,
        low=0.0,
        high=2.0,
        help="Power of the transition probabilities; larger gives users of many "
        "items less weight.",
    )
    beta: float = hyperparameter(
        0.4,
        low=0.0,
        high=1.0,
        help="Power of the popularity penalty; larger gives popular items less weight.",
    )

    def _learn_weights(
        self, interactions: Interactions, options: TrainingOptions
    ) -> csr_array:
        from .nearest import nearest

        taken = interactions.user_items()  # (n_users, n_items)
        per_user = np.diff(taken.indptr)
        per_item = np.maximum(column_counts(taken), 1)
        leaving = np.repeat(np.maximum(per_user, 1) ** (-self.alpha / 2), per_user)
        # The kernel scales both sides the same: the side of the item scored is put
        # right after the neighbours were chosen.
        start = per_item**-self.alpha
        taken.data = leaving * start[taken.indices]
        walks = nearest(taken, self.neighbors, options.threads)
        targets = row_indices(walks)
        arriving = per_item**-self.beta / start
        walks.data = (walks.data * arriving[targets]).astype(np.float32)
        return walks.T.tocsr()
