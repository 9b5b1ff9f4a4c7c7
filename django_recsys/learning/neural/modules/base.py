"""What the loop, the losses and the files need to know of any architecture."""

from typing import ClassVar

from torch import Tensor, nn


class Network(nn.Module):
    """States on one side, vectors of items on the other."""

    n_items: int
    item_tables: ClassVar[tuple[str, ...]] = ()
    """Parameters with a row per item, and perhaps one more for padding."""
    feature_tables: ClassVar[tuple[str, ...]] = ()
    """Parameters with a row per feature of items."""
    sparse_tables: ClassVar[tuple[str, ...]] = ()
    """Parameters of which a step touches few rows: they learn at a larger rate."""

    def item_vectors(self) -> Tensor:
        """Return (n_items, size), what states are compared with."""
        raise NotImplementedError

    def vectors_of(self, items: Tensor) -> Tensor:
        """Return (*items.shape, size)."""
        raise NotImplementedError
