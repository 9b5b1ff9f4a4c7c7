"""A convolution over the last few items of a history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django_recsys.learning.hyperparameters import hyperparameter

from .sequential import SequentialRecommender

if TYPE_CHECKING:
    from .modules.sequence import Inputs, SequenceModule


@dataclass(kw_only=True, eq=False)
class CNN(SequentialRecommender):
    """Convolutional sequence embedding, Caser (Tang & Wang 2018).

    Without its user vectors, so that new users are handled and no user data are kept.
    """

    name: ClassVar[str] = "cnn"

    window: int = hyperparameter(
        5, low=1, high=50, help="Number of newest rows that are read."
    )
    horizontal: int = hyperparameter(
        16, low=1, high=512, help="Number of horizontal filters of each height."
    )
    vertical: int = hyperparameter(
        4, low=1, high=128, help="Number of vertical filters."
    )

    def _module(self, inputs: Inputs, *, has_times: bool) -> SequenceModule:
        from .modules.caser import CaserNetwork

        return CaserNetwork(
            inputs,
            steps=self.window,
            horizontal=self.horizontal,
            vertical=self.vertical,
        )
