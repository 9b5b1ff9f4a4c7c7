"""A causal transformer over items (Kang & McAuley 2018)."""

import math
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from .dropout import Dropout
from .sequence import Inputs, SequenceModule, Sequences

GAP_BUCKETS = 32  # of the logarithm of seconds: from the same moment to years


class TransformerNetwork(SequenceModule):
    """Blocks of self-attention; each step sees itself and the steps before."""

    sparse_tables: ClassVar[tuple[str, ...]] = (
        *SequenceModule.sparse_tables,
        "gaps.weight",
    )

    def __init__(
        self, inputs: Inputs, *, length: int, blocks: int, heads: int, has_times: bool
    ) -> None:
        super().__init__(inputs)
        size, dropout = inputs.size, inputs.dropout
        self.positions = nn.Embedding(length, size)
        nn.init.normal_(self.positions.weight, std=0.1 * size**-0.5)
        # Near rows weigh most at first, with a slope per head (Press, Smith & Lewis
        # 2022), which is then trained.
        slopes = 0.5 ** torch.arange(1, 2 * heads, 2)
        self.ages = nn.Embedding(length, heads)
        with torch.no_grad():
            self.ages.weight.copy_(-torch.arange(length)[:, None] * slopes)
        self.gaps = nn.Embedding(GAP_BUCKETS, heads) if has_times else None
        if self.gaps is not None:
            nn.init.zeros_(self.gaps.weight)
        self.blocks = nn.ModuleList(_Block(size, heads, dropout) for _ in range(blocks))
        self.norm = nn.LayerNorm(size)

    def forward(self, batch: Sequences) -> Tensor:
        """Return (batch, steps, size)."""
        steps = batch.items.shape[1]
        x = self.read(batch) * math.sqrt(self.items.embedding_dim)
        x = self.dropout(x + self.positions.weight[:steps])
        bias = self._bias(steps, batch.times)
        for block in self.blocks:
            x = block(x, bias)
        result: Tensor = self.norm(x)
        return result

    def _bias(self, steps: int, times: Tensor | None) -> Tensor:
        """Return (batch or 1, heads, steps, steps): by distance in steps and time."""
        place = torch.arange(steps, device=self.ages.weight.device)
        ages = place[:, None] - place
        bias = self.ages(ages.clamp(min=0))[None]
        if self.gaps is not None and times is not None:
            gaps = (times[:, :, None] - times[:, None, :]).clamp_(min=0)
            buckets = torch.log2(1 + gaps).long().clamp_(max=GAP_BUCKETS - 1)
            bias = bias + self.gaps(buckets)
        result: Tensor = bias.permute(0, 3, 1, 2).masked_fill(ages < 0, -torch.inf)
        return result


class _Block(nn.Module):
    def __init__(self, size: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.rate = heads, dropout
        self.before_attention = nn.LayerNorm(size)
        self.project = nn.Linear(size, 3 * size)
        self.attended = nn.Linear(size, size)
        self.before_layers = nn.LayerNorm(size)
        self.widen = nn.Linear(size, 2 * size)
        self.narrow = nn.Linear(2 * size, size)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        batch, steps, size = x.shape
        parts = self.project(self.before_attention(x))
        parts = parts.view(batch, steps, 3, self.heads, size // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # (batch, heads, steps, part)
        mixed = functional.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=bias,
            dropout_p=self.rate if self.training else 0.0,
        )
        mixed = mixed.transpose(1, 2).reshape(batch, steps, size)
        x = x + self.dropout(self.attended(mixed))
        wide = functional.gelu(self.widen(self.before_layers(x)))
        result: Tensor = x + self.dropout(self.narrow(self.dropout(wide)))
        return result
