"""A recurrent network that reads a history and foretells what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .recurrent import Recurring

if TYPE_CHECKING:
    from torch import nn


@dataclass(kw_only=True, eq=False)
class LSTM(Recurring):
    """Long short-term memory over histories (Hochreiter & Schmidhuber 1997).

    Trained as `gru` is; more parameters, and a memory beside the state.
    """

    name: ClassVar[str] = "lstm"

    def _cell(self) -> type[nn.LSTM]:
        from torch import nn

        return nn.LSTM
