"""Popularity: the baseline that every model must beat."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories, Interactions, TrainingData
from django_recsys.learning.data.item_features import category_shares
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.sparse import binary
from django_recsys.learning.recommender import Recommender

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class Popular(Recommender):
    """Items by their number of different users.

    ``by_category`` ranks within the categories of the user's history, and needs
    ``items`` with a column ``category``.
    """

    name: ClassVar[str] = "popular"
    class_capabilities: ClassVar[Capabilities] = Capabilities(
        handles_new_users=True, is_baseline=True
    )
    array_names: ClassVar[tuple[str, ...]] = ("popularity_", "categories_")

    by_category: bool = hyperparameter(
        default=False,
        help="Ranking within the categories of the user's history, not over all items.",
        searched=False,
    )

    popularity_: np.ndarray = field(init=False, repr=False)  # (n_items,) float32
    categories_: csr_array = field(init=False, repr=False)
    """(n_items, n_categories) float32; no columns unless ``by_category``."""

    @property
    def capabilities(self) -> Capabilities:
        """With these settings: only by category do users get lists of their own."""
        return replace(
            self.class_capabilities,
            is_personal=self.by_category,
            reads_items=self.by_category,
        )

    def _fit(self, data: TrainingData) -> None:
        interactions, items = data.interactions, data.items
        self.popularity_ = self._popularity(interactions)
        self.categories_ = _no_categories(len(interactions.items))
        if self.by_category:
            if items is None:
                raise DataError(f"{self.name} by category needs items: pass items.")
            self.categories_ = category_shares(items, interactions.items)

    def _popularity(self, interactions: Interactions) -> np.ndarray:
        """Return (n_items,) float32, NaN for items without interactions."""
        counts = interactions.item_counts().astype(np.float32)
        return np.where(counts > 0, counts, np.nan)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        shape = (len(histories), len(self.popularity_))
        popularity = np.broadcast_to(self.popularity_, shape)
        if not self.by_category:
            return popularity
        queries = binary(histories.matrix())
        shares = ((queries @ self.categories_) @ self.categories_.T).toarray()
        scores: np.ndarray = np.where(shares > 0, shares * popularity, np.nan)
        scores[np.diff(queries.indptr) == 0] = self.popularity_
        return scores


def _no_categories(n_items: int) -> csr_array:
    from scipy.sparse import csr_array

    return csr_array((n_items, 0), dtype=np.float32)
