"""A tower for histories and one for items, over ids and features of items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from .inputs import SequenceModule, Sequences


@dataclass(frozen=True, slots=True)
class Features:
    """Sparse features of all items, rows behind each other."""

    columns: Tensor
    """(n_cells,) int64, the feature of each cell."""
    values: Tensor
    """(n_cells,) float32."""
    starts: Tensor
    """(n_items + 1,) int64, where each item's cells begin."""
    count: int
    """How many features there are."""


class TwoTower(SequenceModule):
    """Item: vector of the id plus those of its features. History: what it attends to.

    An interest weighs the rows of a history by what they are and how many rows ago
    they were (the self-attentive interests of Cen et al. 2020); a layer follows.
    """

    sparse_tables: ClassVar[tuple[str, ...]] = ("items.weight", "item_features.weight")

    def __init__(
        self,
        *,
        n_items: int,
        n_kinds: int,
        size: int,
        dropout: float,
        prior: Tensor | None,
        length: int,
        interests: int,
        features: Features,
        taken: Tensor,
        id_dropout: float,
    ) -> None:
        super().__init__(
            n_items=n_items, n_kinds=n_kinds, size=size, dropout=dropout, prior=prior
        )
        self.features, self.id_dropout = features, id_dropout
        # (n_items,): an item that nobody took has no id to learn, only features.
        self.has_id = functional.pad(taken, (0, 1)).float()
        self.item_features = nn.EmbeddingBag(max(features.count, 1), size, mode="sum")
        nn.init.normal_(self.item_features.weight, std=size**-0.5)
        self.attend = nn.Linear(size, size)
        self.weigh = nn.Linear(size, interests)
        self.ages = nn.Embedding(length, interests)
        with torch.no_grad():  # the newest rows say most, to begin with
            self.ages.weight.copy_(-0.5 * torch.arange(length)[:, None].float())
        self.widen = nn.Linear(size, 2 * size)
        self.narrow = nn.Linear(2 * size, size)
        self.norm = nn.LayerNorm(size)

    @property
    def shape_of_state(self) -> tuple[int, ...]:
        """(interests, size)."""
        return (self.weigh.out_features, *super().shape_of_state)

    def embed(self, items: Tensor) -> Tensor:
        """Return (*items.shape, size); in training some ids are hidden."""
        shape, (items, places) = items.shape, torch.unique(items, return_inverse=True)
        ids = self.items(items) * self.has_id[items, None]
        if self.training and self.id_dropout and self.features.count:
            # An item without its id must do by its features, as a new item will.
            ids = ids * (torch.rand(len(items), 1) >= self.id_dropout).to(ids)
        vectors = ids + self._described(items)
        result: Tensor = vectors[places.flatten()].view(*shape, -1)
        return result

    def item_vectors(self) -> Tensor:
        """Return (n_items, size of a state)."""
        every = torch.arange(self.n_items, device=self.items.weight.device)
        return self.vectors_of(every)

    def forward(self, batch: Sequences) -> Tensor:
        """Return (batch, steps, interests, size)."""
        vectors = self.dropout(self.read(batch))
        steps = vectors.shape[1]
        say = self.weigh(torch.tanh(self.attend(vectors)))  # (batch, steps, interests)
        ages = torch.arange(steps)[:, None] - torch.arange(steps)
        later = (ages < 0).to(say.device)
        by_age = self.ages(ages.clamp(min=0).to(say.device))  # (step, row, interests)
        logits = (say[:, None] + by_age).masked_fill(later[:, :, None], -torch.inf)
        shares = torch.softmax(logits, dim=2)  # (batch, step, row, interests)
        pooled = torch.einsum("bsrk,brd->bskd", shares, vectors)
        wide = functional.gelu(self.widen(pooled))
        result: Tensor = self.norm(pooled + self.narrow(self.dropout(wide)))
        return result

    def _described(self, items: Tensor) -> Tensor:
        features = self.features
        known = items.clamp(max=self.n_items - 1)
        first = features.starts[known]
        counts = features.starts[known + 1] - first
        counts = torch.where(items < self.n_items, counts, torch.zeros_like(counts))
        starts = torch.cumsum(counts, 0) - counts
        cells = torch.repeat_interleave(first - starts, counts)
        cells = cells + torch.arange(len(cells), device=cells.device)
        result: Tensor = self.item_features(
            features.columns[cells], starts, per_sample_weights=features.values[cells]
        )
        return result
