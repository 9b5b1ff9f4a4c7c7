"""Items that follow others in histories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django_recsys.learning.data import Interactions
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.recommender import TrainingOptions

from .item_to_item import ItemToItem

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class SequenceRules(ItemToItem):
    """Weighted sequential rules (Ludewig & Jannach 2018), backwards too.

    The weight of a rule falls with the rows between the two items. It counts a little
    in the other direction too: a user of the second item may not have the first yet.
    """

    name: ClassVar[str] = "sequence_rules"

    max_steps: int = hyperparameter(
        20,
        low=1,
        high=200,
        help="Maximum distance of the two items of a rule, in rows.",
    )
    distance_power: float = hyperparameter(
        0.5,
        low=0.0,
        high=3.0,
        help="Power of the distance; larger gives near followers more weight.",
    )
    backward: float = hyperparameter(
        0.3,
        low=0.0,
        high=1.0,
        help="Weight of a rule in the other direction. 0: forward only.",
    )
    popularity_power: float = hyperparameter(
        0.3,
        low=0.0,
        high=1.0,
        help="Power of the popularity penalty; larger gives popular followers less "
        "weight.",
    )
    shrinkage: float = hyperparameter(
        5.0,
        low=0.0,
        high=1e5,
        help="Shrinkage of the weights, in rows; larger trusts items with few rows "
        "less.",
    )
    neighbors: int = hyperparameter(
        300, low=1, high=5000, help="Number of followers kept per item."
    )

    def _learn_weights(
        self, interactions: Interactions, options: TrainingOptions
    ) -> csr_array:
        from ._transitions import Steps, largest_weights, strengths

        histories = interactions.histories()
        steps = Steps.of(self.max_steps, self.distance_power, self.backward)
        strength = strengths(histories, steps) + self.shrinkage
        # Sums are divided by a geometric mean of the two items' frequencies.
        leading = strength ** (self.popularity_power - 1)
        following = strength**-self.popularity_power
        return largest_weights(
            histories, steps, (leading, following), self.neighbors, options
        )
