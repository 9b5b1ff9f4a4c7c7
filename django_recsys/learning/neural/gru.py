"""A recurrent network that reads a history and foretells what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .recurrent import Recurring

if TYPE_CHECKING:
    from torch import nn


@dataclass(kw_only=True, eq=False)
class GRU(Recurring):
    """Gated recurrent units over histories (Hidasi et al. 2016).

    With a softmax over all items, as Hidasi & Karatzoglou (2018) found to matter.
    """

    name: ClassVar[str] = "gru"

    def _cell(self) -> type[nn.GRU]:
        from torch import nn

        return nn.GRU
