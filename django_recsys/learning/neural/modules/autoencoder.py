"""Autoencoders of sparse histories (Liang et al. 2018)."""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from .base import Network


class AutoencoderNetwork(Network):
    """One hidden layer between a sparse row of items and vectors of all items."""

    item_tables: ClassVar[tuple[str, ...]] = (
        "items_in.weight",
        "items_out.weight",
        "biases_of_items.weight",
    )
    sparse_tables: ClassVar[tuple[str, ...]] = item_tables

    def __init__(
        self,
        *,
        n_items: int,
        size: int,
        hidden: int,
        dropout: float,
        is_variational: bool,
    ) -> None:
        super().__init__()
        self.n_items = n_items
        self.is_variational = is_variational
        self.dropout = dropout
        self.items_in = nn.EmbeddingBag(n_items, hidden, mode="sum")
        nn.init.normal_(self.items_in.weight, std=hidden**-0.5)
        self.encode = nn.Linear(hidden, 2 * size if is_variational else size)
        self.decode = nn.Linear(size, hidden)
        self.items_out = nn.Embedding(n_items, hidden)
        nn.init.normal_(self.items_out.weight, std=hidden**-0.5)
        self.biases_of_items = nn.Embedding(n_items, 1)
        nn.init.zeros_(self.biases_of_items.weight)

    def forward(
        self, items: Tensor, weights: Tensor, starts: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return (batch, hidden) to compare with item vectors, and (batch,) KL.

        items, weights: (n_cells,), the rows of the batch concatenated, each of length
        one; starts: (batch,), where each begins.
        """
        weights = functional.dropout(weights, self.dropout, self.training)
        read = torch.tanh(self.items_in(items, starts, per_sample_weights=weights))
        code = self.encode(read)
        divergence = code.new_zeros(len(starts))
        if self.is_variational:
            code, log_variance = code.chunk(2, dim=1)
            divergence = -0.5 * (
                1 + log_variance - code.square() - log_variance.exp()
            ).sum(dim=1)
            if self.training:
                code = code + torch.randn_like(code) * (0.5 * log_variance).exp()
        return torch.tanh(self.decode(code)), divergence

    def item_vectors(self) -> Tensor:
        """Return (n_items, hidden + 1); the last column is the bias."""
        return torch.cat((self.items_out.weight, self.biases_of_items.weight), dim=1)

    def vectors_of(self, items: Tensor) -> Tensor:
        """Return (*items.shape, hidden + 1)."""
        return torch.cat((self.items_out(items), self.biases_of_items(items)), dim=-1)
