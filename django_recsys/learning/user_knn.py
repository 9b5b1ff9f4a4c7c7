"""What people of like taste took."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .base import Recommender, TrainingOptions
from .histories import Histories
from .hyperparameters import hyperparameter
from .interactions import Interactions
from .recency import learned_recency, recency_hyperparameter, recent_items

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class UserKNN(Recommender):
    """User-based neighbourhoods by cosine (Resnick et al. 1994; Breese et al. 1998).

    Neighbours are looked up when asked, from the history, so a person need not have
    been there in the fit and no matrix between users is ever held. The artifact must
    keep who took what together: binary, without any user id.
    """

    name: ClassVar[str] = "user_knn"
    handles_new_users: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = (
        "taken_",
        "profiles_",
        "rarity_",
        "recency_",
    )

    neighbors: int = hyperparameter(
        100, low=1, high=5000, help="People of like taste who are asked."
    )
    popularity_power: float = hyperparameter(
        0.25, low=0.0, high=1.0, help="Higher lets shared popular items say less."
    )
    activity_power: float = hyperparameter(
        0.25, low=0.0, high=1.0, help="Higher lets people who took much say less."
    )
    recency: float = recency_hyperparameter()

    taken_: csr_array = field(init=False, repr=False)
    """(n_users, n_items) float32: what each person gives to an item taken."""
    profiles_: csr_array = field(init=False, repr=False)
    """(n_items, n_users) float32; columns of length one."""
    rarity_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32: what sharing the item says."""
    recency_: np.ndarray = field(init=False, repr=False)  # () float64

    def _fit(
        self,
        interactions: Interactions,
        *,
        items: Any,
        edges: Any,
        validation: Interactions | None,
        options: TrainingOptions,
    ) -> None:
        self.recency_ = learned_recency(self.recency, interactions, options.seed)
        taken = interactions.user_items()
        # Without empty rows, and in an order that says nothing of the users' ids.
        taken = taken[np.flatnonzero(np.diff(taken.indptr))]
        lengths = np.diff(taken.indptr)
        counts = np.bincount(taken.indices, minlength=taken.shape[1])
        rarity = np.maximum(counts, 1) ** -self.popularity_power
        self.rarity_ = rarity.astype(np.float32)
        profiles = taken.copy()
        profiles.data = self.rarity_[taken.indices]
        norms = np.sqrt(np.add.reduceat(profiles.data**2, taken.indptr[:-1]))
        profiles.data /= np.repeat(norms, lengths)
        self.profiles_ = profiles.T.tocsr()
        given = np.repeat(lengths**-self.activity_power, lengths)
        taken.data = given.astype(np.float32)
        self.taken_ = taken

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        from ._sequence_pairs import largest_of_each_row

        queries = recent_items(histories, self.recency_)
        queries.data = queries.data * self.rarity_[queries.indices]
        alike = largest_of_each_row(queries @ self.profiles_, self.neighbors)
        scores = (alike @ self.taken_).toarray()
        return np.where(scores > 0, scores, np.nan)
