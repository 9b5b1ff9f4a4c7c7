"""Everything that one fit learns from."""

from dataclasses import dataclass
from typing import Any

from django_recsys.learning.options import TrainingOptions

from .edges import Edges
from .interactions import Interactions


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingData:
    """Interactions, what else is known, and the options of the fit."""

    interactions: Interactions
    """Prepared: every weight is positive."""
    items: Any = None
    """Item features: a table of columns or `ItemFeatures`; None where unknown."""
    edges: Edges | None = None
    """Who trusts whom; None where unknown."""
    validation: Interactions | None = None
    """Rows for early stopping; None: the recommender sets some aside itself."""
    options: TrainingOptions
