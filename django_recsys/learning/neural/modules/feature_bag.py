"""Vectors of items from their features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Features:
    """Sparse features of all items, rows concatenated."""

    columns: Tensor
    """(n_cells,) int64, the feature of each cell."""
    values: Tensor
    """(n_cells,) float32."""
    starts: Tensor
    """(n_items + 1,) int64, where each item's cells begin."""
    count: int
    """How many features there are."""

    @classmethod
    def none(cls, n_items: int) -> Features:
        """Return those of items without features."""
        starts = torch.zeros(n_items + 1, dtype=torch.int64)
        return cls(starts[:0], torch.zeros(0), starts, 0)


class _Sums(torch.autograd.Function):
    """All items' sums of the vectors of their features.

    The gradient is the transposed sum, of each feature over its items. torch's bag
    sorts all cells for it in every step: with the words of descriptions that would take
    longer than the softmax.
    """

    @staticmethod
    def forward(ctx: Any, table: Tensor, bag: FeatureBag) -> Tensor:
        ctx.bag = bag
        return _summed(table, bag.columns, bag.starts, bag.values)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        bag: FeatureBag = ctx.bag
        return _summed(gradients[0], bag.items, bag.ends, bag.shares), None


class FeatureBag(nn.Module):
    """A vector per feature; an item has the sum of those of its features."""

    columns: Tensor
    values: Tensor
    starts: Tensor
    items: Tensor  # the same cells by feature
    shares: Tensor
    ends: Tensor

    def __init__(self, features: Features, size: int) -> None:
        super().__init__()
        self.count = features.count
        self.register_buffer("columns", features.columns, persistent=False)
        self.register_buffer("values", features.values, persistent=False)
        self.register_buffer("starts", features.starts, persistent=False)
        by_feature = _transposed(features)
        self.register_buffer("items", by_feature.columns, persistent=False)
        self.register_buffer("shares", by_feature.values, persistent=False)
        self.register_buffer("ends", by_feature.starts, persistent=False)
        self.table = nn.EmbeddingBag(max(features.count, 1), size, mode="sum")
        nn.init.normal_(self.table.weight, std=size**-0.5)

    def forward(self, items: Tensor) -> Tensor:
        """Return (n, size) of items (n,); zero for the padding after the last."""
        n_items = len(self.starts) - 1
        known = items.clamp(max=n_items - 1)
        first = self.starts[known]
        counts = self.starts[known + 1] - first
        counts = torch.where(items < n_items, counts, torch.zeros_like(counts))
        starts = torch.cumsum(counts, 0) - counts
        cells = torch.repeat_interleave(first - starts, counts)
        cells = cells + torch.arange(len(cells), device=cells.device)
        result: Tensor = self.table(
            self.columns[cells], starts, per_sample_weights=self.values[cells]
        )
        return result

    def every(self) -> Tensor:
        """Return (n_items, size)."""
        result: Tensor = _Sums.apply(self.table.weight, self)  # type: ignore[no-untyped-call]
        return result


def _summed(table: Tensor, columns: Tensor, starts: Tensor, values: Tensor) -> Tensor:
    """Return (n_rows, size): each row's sum of the table's rows of its cells."""
    result: Tensor = functional.embedding_bag(
        columns,
        table,
        starts,
        mode="sum",
        per_sample_weights=values,
        include_last_offset=True,
    )
    return result


def _transposed(features: Features) -> Features:
    """Return the cells by feature, of at least one."""
    cells = (features.values, features.columns, features.starts)
    shape = (len(features.starts) - 1, max(features.count, 1))
    rows = csr_array(tuple(each.numpy() for each in cells), shape=shape).T.tocsr()
    return Features(
        columns=torch.from_numpy(rows.indices.astype(np.int64)),
        values=torch.from_numpy(rows.data),
        starts=torch.from_numpy(rows.indptr.astype(np.int64)),
        count=shape[0],
    )
