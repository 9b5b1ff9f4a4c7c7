"""What most people take: the baseline that every model must beat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from django_recsys.learning.data.histories import Histories
from django_recsys.learning.data.interactions import Interactions
from django_recsys.learning.data.item_features import category_shares
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.recommender import Recommender, TrainingOptions

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class Popular(Recommender):
    """Items by the number of different users who took them.

    ``by_category`` gives each person the top of the categories that the history
    holds, which needs ``items`` with a column ``category``.
    """

    name: ClassVar[str] = "popular"
    handles_new_users: ClassVar[bool] = True
    is_baseline: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = ("popularity_", "categories_")

    by_category: bool = hyperparameter(
        default=False,
        help="Rank within the categories of the person's history.",
        searched=False,
    )

    popularity_: np.ndarray = field(init=False, repr=False)  # (n_items,) float32
    categories_: csr_array = field(init=False, repr=False)
    """(n_items, n_categories) float32; without columns where they do not count."""

    @property
    def is_personal(self) -> bool:  # type: ignore[override]
        """Whether people differ, which depends on the hyper-parameter here."""
        return self.by_category

    def _fit(
        self,
        interactions: Interactions,
        *,
        items: Any,
        edges: Any,
        validation: Interactions | None,
        options: TrainingOptions,
    ) -> None:
        self.popularity_ = self._popularity(interactions)
        self.categories_ = _no_categories(len(interactions.items))
        if self.by_category:
            if items is None:
                raise DataError(f"{self.name} by category needs items: pass items.")
            self.categories_ = category_shares(items, interactions.items)

    def _popularity(self, interactions: Interactions) -> np.ndarray:
        """Return (n_items,) float32, NaN for items that nobody took."""
        counts = interactions.item_counts().astype(np.float32)
        return np.where(counts > 0, counts, np.nan)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        shape = (len(histories), len(self.popularity_))
        everyone = np.broadcast_to(self.popularity_, shape)
        if not self.by_category:
            return everyone
        taken = histories.matrix()
        taken.data[:] = 1
        liked = ((taken @ self.categories_) @ self.categories_.T).toarray()
        scores = np.where(liked > 0, liked * everyone, np.nan)
        silent = np.diff(taken.indptr) == 0
        scores[silent] = self.popularity_
        result: np.ndarray = scores
        return result


def _no_categories(n_items: int) -> csr_array:
    from scipy.sparse import csr_array

    return csr_array((n_items, 0), dtype=np.float32)
