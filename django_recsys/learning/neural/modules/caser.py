"""Convolutions over the last few items (Caser: Tang & Wang 2018)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from .sequence import Inputs, SequenceModule, Sequences


class CaserNetwork(SequenceModule):
    """Horizontal filters see several steps at once, vertical ones weight the steps.

    All steps of a sequence are predicted in one pass, each from the ``steps`` items
    that end there. Users have no vectors of their own, so new users are handled.
    """

    def __init__(
        self, inputs: Inputs, *, steps: int, horizontal: int, vertical: int
    ) -> None:
        super().__init__(inputs)
        size = inputs.size
        self.steps = steps
        self.horizontal = nn.ModuleList(
            nn.Conv1d(size, horizontal, height) for height in range(1, steps + 1)
        )
        self.vertical = nn.Linear(steps, vertical, bias=False)
        self.output = nn.Linear(steps * horizontal + vertical * size, size)
        self.norm = nn.LayerNorm(size)

    def forward(self, batch: Sequences) -> Tensor:
        """Return (batch, steps, size)."""
        vectors = self.dropout(self.read(batch))
        before = functional.pad(vectors, (0, 0, self.steps - 1, 0))
        found = []
        for height, filters in enumerate(self.horizontal, start=1):
            active = functional.relu(filters(before.transpose(1, 2)))
            # The best place for the filter among the last ``steps`` items.
            places = self.steps - height + 1
            pooled = functional.max_pool1d(active, places, stride=1)
            found.append(pooled.transpose(1, 2))
        windows = before.unfold(1, self.steps, 1)  # (batch, steps, size, window)
        weighted = self.vertical(windows).flatten(2)
        joined = torch.cat((*found, weighted), dim=2)
        result: Tensor = self.norm(
            functional.relu(self.output(self.dropout(joined))) + vectors
        )
        return result
