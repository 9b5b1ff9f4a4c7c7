"""Recurrent networks that read a history and predict the next item."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django_recsys.learning.hyperparameters import hyperparameter

from .sequential import SequentialRecommender

if TYPE_CHECKING:
    from torch import nn

    from .modules.sequence import Inputs, SequenceModule


@dataclass(kw_only=True, eq=False)
class RecurrentRecommender(SequentialRecommender):
    """The base of recurrent models; subclasses choose the cell."""

    hidden_size: int = hyperparameter(
        128, low=4, high=2048, help="Size of the recurrent state."
    )
    layers: int = hyperparameter(1, low=1, high=8, help="Number of stacked layers.")

    @abstractmethod
    def _cell(self) -> type[nn.GRU] | type[nn.LSTM]:
        """Return the class of the cells."""

    def _module(self, inputs: Inputs, *, has_times: bool) -> SequenceModule:
        from .modules.recurrent import RecurrentNetwork

        return RecurrentNetwork(
            inputs, cell=self._cell(), hidden=self.hidden_size, layers=self.layers
        )


@dataclass(kw_only=True, eq=False)
class GRU(RecurrentRecommender):
    """Gated recurrent units over histories (Hidasi et al. 2016).

    With a softmax over all items, as Hidasi & Karatzoglou (2018) found to matter.
    """

    name: ClassVar[str] = "gru"

    def _cell(self) -> type[nn.GRU]:
        from torch import nn

        return nn.GRU


@dataclass(kw_only=True, eq=False)
class LSTM(RecurrentRecommender):
    """Long short-term memory over histories (Hochreiter & Schmidhuber 1997).

    Trained as `gru`, with more parameters.
    """

    name: ClassVar[str] = "lstm"

    def _cell(self) -> type[nn.LSTM]:
        from torch import nn

        return nn.LSTM
