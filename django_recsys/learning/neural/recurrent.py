"""What the recurrent models share."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django_recsys.learning.hyperparameters import hyperparameter

from .sequential import NextItem

if TYPE_CHECKING:
    from torch import nn

    from .modules.sequence import Inputs, SequenceModule


@dataclass(kw_only=True, eq=False)
class Recurring(NextItem):
    """A recurrent model; a class of its own names the cell."""

    hidden_size: int = hyperparameter(
        128, low=4, high=2048, help="Numbers in the state after each row."
    )
    layers: int = hyperparameter(1, low=1, high=8, help="Cells on top of each other.")

    @abstractmethod
    def _cell(self) -> type[nn.GRU] | type[nn.LSTM]:
        """Return the class of the cells."""

    def _module(self, inputs: Inputs, *, has_times: bool) -> SequenceModule:
        from .modules.recurrent import Recurrent

        return Recurrent(
            inputs,
            cell=self._cell(),
            hidden=self.hidden_size,
            layers=self.layers,
        )
