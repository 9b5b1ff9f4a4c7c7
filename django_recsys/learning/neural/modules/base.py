"""The interface of all architectures, for the loop, the losses and the artifacts."""

from typing import ClassVar

from torch import Tensor, nn


class Network(nn.Module):
    """A module that gives states, and vectors of items to compare them with."""

    n_items: int
    item_tables: ClassVar[tuple[str, ...]] = ()
    """Parameters with a row per item, and possibly one more for padding."""
    feature_tables: ClassVar[tuple[str, ...]] = ()
    """Parameters with a row per feature of items."""
    sparse_tables: ClassVar[tuple[str, ...]] = ()
    """Parameters of which a step updates few rows: their learning rate is larger."""

    def item_vectors(self) -> Tensor:
        """Return (n_items, size)."""
        raise NotImplementedError

    def vectors_of(self, items: Tensor) -> Tensor:
        """Return (*items.shape, size)."""
        raise NotImplementedError
