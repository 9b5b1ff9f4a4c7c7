"""The input of sequence models: a batch of sequences, and vectors of its items."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from .base import Network
from .dropout import Dropout
from .feature_bag import FeatureBag, Features


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Items, kinds, features and sizes of a sequence model."""

    n_items: int
    n_kinds: int
    size: int
    """Of item vectors."""
    dropout: float
    prior: Tensor | None = None
    """(n_items,), added to the scores of all users."""
    features: Features | None = None


@dataclass(frozen=True, slots=True)
class Sequences:
    """A batch, right-padded; n_items is the padding."""

    items: Tensor
    """(batch, steps) int64."""
    kinds: Tensor | None = None
    """(batch, steps) int64 into the kinds known at fit; the last number is unknown."""
    times: Tensor | None = None
    """(batch, steps) float64, Unix seconds; None where only the order is known."""


class SequenceModule(Network):
    """Vectors of items and kinds, shared by input and output.

    An item's vector is that of its id, plus those of its features where they are known
    (Hidasi et al. 2016): items with few rows learn from similar ones.
    """

    prior: Tensor | None

    item_tables: ClassVar[tuple[str, ...]] = ("items.weight",)
    feature_tables: ClassVar[tuple[str, ...]] = ("described.table.weight",)
    sparse_tables: ClassVar[tuple[str, ...]] = (*item_tables, *feature_tables)

    def __init__(self, inputs: Inputs) -> None:
        super().__init__()
        n_items, n_kinds, size = inputs.n_items, inputs.n_kinds, inputs.size
        self.n_items = n_items
        self.items = nn.Embedding(n_items + 1, size, padding_idx=n_items)
        nn.init.normal_(self.items.weight, std=size**-0.5)
        self.kinds = nn.Embedding(n_kinds + 1, size) if n_kinds else None
        if self.kinds is not None:
            nn.init.zeros_(self.kinds.weight)
        self.dropout = Dropout(inputs.dropout)
        with torch.no_grad():
            self.items.weight[n_items] = 0
        prior, features = inputs.prior, inputs.features
        self.register_buffer("prior", prior, persistent=False)
        # Where a popularity is given, random vectors must not dominate it.
        self.scale = None if prior is None else nn.Parameter(torch.tensor(0.1))
        self.described = None if features is None else FeatureBag(features, size)

    @property
    def shape_of_state(self) -> tuple[int, ...]:
        """The shape of a step's state."""
        return (self.items.embedding_dim + (self.prior is not None),)

    def states(self, batch: Sequences) -> Tensor:
        """Return (batch, steps, *shape_of_state), to compare with item vectors."""
        return self.widened(self(batch))

    def widened(self, states: Tensor) -> Tensor:
        """Return states with a last coordinate of one, for the prior of items."""
        if self.prior is None:
            return states
        return torch.cat((states, torch.ones_like(states[..., :1])), dim=-1)

    def read(self, batch: Sequences) -> Tensor:
        """Return (batch, steps, size)."""
        vectors = self.embed(batch.items)
        if self.kinds is not None and batch.kinds is not None:
            unknown = self.kinds.num_embeddings - 1
            vectors = vectors + self.kinds(batch.kinds.clamp(max=unknown))
        return vectors

    def embed(self, items: Tensor) -> Tensor:
        """Return (*items.shape, size), the input vectors of items."""
        if self.described is None:
            result: Tensor = self.items(items)
            return result
        distinct, places = torch.unique(items, return_inverse=True)
        vectors = self.items(distinct) + self.described(distinct)
        return functional.embedding(places, vectors)

    def compared(self, items: Tensor) -> Tensor:
        """Return (*items.shape, size), the output vectors, without the prior."""
        return self.embed(items)

    def vectors_of(self, items: Tensor) -> Tensor:
        """Return (*items.shape, size of a state), to compare states with."""
        vectors = self.compared(items)
        if self.prior is None or self.scale is None:
            return vectors
        prior = self.prior[items][..., None]
        return torch.cat((self.scale * vectors, prior), dim=-1)

    def item_vectors(self) -> Tensor:
        """Return (n_items, size of a state)."""
        vectors = self.items.weight[: self.n_items]
        if self.described is not None:
            vectors = vectors + self.described.every()
        if self.prior is None or self.scale is None:
            return vectors
        return torch.cat((self.scale * vectors, self.prior[:, None]), dim=1)
