"""What a recommender can do, as one frozen value."""

from dataclasses import dataclass
from typing import Literal

Task = Literal["new-items", "any-items", "baskets"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a recommender can do, and how it is evaluated."""

    handles_new_users: bool = False
    """Scores from a history alone."""
    handles_new_items: bool = False
    """Scores items that had no interaction in the fit."""
    reads_items: bool = False
    """Learns from item features where they are given."""
    needs_items: bool = False
    """Learns nothing without item features."""
    is_personal: bool = True
    """False where all users get the same list."""
    has_similar_items: bool = False
    stores_neighbors: bool = False
    """Neighbours are stored by the fit: those of all items are cheap."""
    can_explain: bool = False
    """Names the item of the history that raised a score most."""
    scores_in_threads: bool = False
    """``_score`` may run in several threads at once."""
    is_baseline: bool = False
    """Trained models must beat it."""
    task: Task = "new-items"
    """What is evaluated: items new to the user, any items, or baskets."""
