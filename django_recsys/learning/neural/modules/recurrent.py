"""Recurrent networks over items (Hidasi et al. 2016, Hidasi & Karatzoglou 2018)."""

from torch import Tensor, nn

from .sequence import Inputs, SequenceModule, Sequences


class RecurrentNetwork(SequenceModule):
    """A GRU or LSTM whose state after each step predicts the next item."""

    def __init__(
        self,
        inputs: Inputs,
        *,
        cell: type[nn.GRU] | type[nn.LSTM],
        hidden: int,
        layers: int,
    ) -> None:
        super().__init__(inputs)
        size = inputs.size
        between = inputs.dropout if layers > 1 else 0.0
        self.cells = cell(size, hidden, layers, batch_first=True, dropout=between)
        self.output = nn.Linear(hidden, size)
        self.norm = nn.LayerNorm(size)

    def forward(self, batch: Sequences) -> Tensor:
        """Return (batch, steps, size)."""
        states, _ = self.cells(self.dropout(self.read(batch)))
        result: Tensor = self.norm(self.output(self.dropout(states)))
        return result
