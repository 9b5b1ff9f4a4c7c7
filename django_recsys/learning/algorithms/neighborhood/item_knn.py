"""Items with the same users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django_recsys.learning.data import Interactions
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.sparse import binary
from django_recsys.learning.recommender import TrainingOptions

from .item_to_item import ItemToItem

if TYPE_CHECKING:
    from scipy.sparse import csr_array


SIMILARITIES = ("cosine", "jaccard", "tfidf", "bm25", "conditional")


@dataclass(kw_only=True, eq=False)
class ItemKNN(ItemToItem):
    """Item-based neighbourhoods (Sarwar et al. 2001; Deshpande & Karypis 2004).

    An item is scored by its own neighbours, so that a popular item does not enter every
    list as a neighbour of all items.
    """

    name: ClassVar[str] = "item_knn"

    neighbors: int = hyperparameter(
        50, low=1, high=2000, help="Number of neighbours kept per item."
    )
    similarity: str = hyperparameter(
        "cosine",
        choices=SIMILARITIES,
        help="Similarity of two items by their users. tfidf and bm25 give users of "
        "many items less weight; conditional: probability of one item given the "
        "other.",
    )
    shrinkage: float = hyperparameter(
        30.0,
        low=0.0,
        high=1e5,
        help="Shrinkage of the similarity, in users; larger trusts items with few "
        "users less.",
    )
    strength_power: float = hyperparameter(
        0.15,
        low=0.0,
        high=1.0,
        help="Power of the interaction weights (kind, quantity); larger means they "
        "count more. 0: all interactions count the same. Ignored by jaccard.",
    )

    def _learn_weights(
        self, interactions: Interactions, options: TrainingOptions
    ) -> csr_array:
        from ._similarities import WEIGHINGS, nearest_by_jaccard, to_conditional
        from .nearest import nearest

        weights = interactions.user_items()
        strengths = weights.data**self.strength_power
        taken = binary(weights)
        if self.similarity == "jaccard":
            return nearest_by_jaccard(taken, self.neighbors, self.shrinkage).T.tocsr()
        weighted = WEIGHINGS[self.similarity](taken, self.shrinkage)
        # The mean strength is one, so that a shrinkage means the same on all data.
        weighted.data *= strengths / strengths.mean()
        found = nearest(weighted, self.neighbors, options.threads)
        if self.similarity == "conditional":
            found = to_conditional(found, taken, self.shrinkage)
        return found.T.tocsr()
