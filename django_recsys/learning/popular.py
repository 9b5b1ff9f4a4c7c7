"""What most people take: the baseline that every model must beat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from .base import Recommender, TrainingOptions
from .histories import Histories
from .interactions import Interactions


@dataclass(kw_only=True, eq=False)
class Popular(Recommender):
    """Items by the number of different users who took them."""

    name: ClassVar[str] = "popular"
    handles_new_users: ClassVar[bool] = True
    is_personal: ClassVar[bool] = False
    is_baseline: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = ("popularity_",)

    popularity_: np.ndarray = field(init=False, repr=False)  # (n_items,) float32

    def _fit(
        self,
        interactions: Interactions,
        *,
        items: Any,
        edges: Any,
        validation: Interactions | None,
        options: TrainingOptions,
    ) -> None:
        counts = interactions.item_counts().astype(np.float32)
        self.popularity_ = np.where(counts > 0, counts, np.nan)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        shape = (len(histories), len(self.popularity_))
        return np.broadcast_to(self.popularity_, shape)
