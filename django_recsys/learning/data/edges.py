"""Directed edges between users: friends, teams, followed users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from django_recsys.learning.exceptions import DataError
from django_recsys.learning.values import as_id

from .id_map import IdMap

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class Edges:
    """Directed edges: the source's lists may draw from the target's history.

    A mutual friendship is two edges.
    """

    sources: np.ndarray
    """(n_edges,) str, user ids."""
    targets: np.ndarray
    """(n_edges,) str, user ids."""
    weights: np.ndarray
    """(n_edges,) float32, how much the source trusts the target."""

    @classmethod
    def from_arrays(
        cls,
        sources: Sequence[object] | np.ndarray,
        targets: Sequence[object] | np.ndarray,
        weights: Sequence[float] | np.ndarray | None = None,
    ) -> Edges:
        """Return edges between user ids; ids become text; each weighs 1 by default.

        Raises DataError where lengths differ or a weight is not above zero.
        """
        values = np.ones(len(sources)) if weights is None else np.asarray(weights)
        if not len(sources) == len(targets) == len(values):
            raise DataError("Edges need one target and one weight per source.")
        bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if len(bad):
            raise DataError(
                f"The weight of edge {bad[0] + 1} is {values[bad[0]]}; "
                "trust is a number above zero."
            )
        return cls(
            sources=np.array([as_id("source", e) for e in sources], dtype=np.str_),
            targets=np.array([as_id("target", e) for e in targets], dtype=np.str_),
            weights=values.astype(np.float32),
        )

    def __len__(self) -> int:
        return len(self.sources)

    def matrix(self, users: IdMap) -> csr_array:
        """Return (n_users, n_users) float32, row the source; equal edges are summed.

        Edges of users outside of the map are left out, and those to oneself.
        """
        from scipy.sparse import coo_array

        rows = users.indices(self.sources.tolist())
        columns = users.indices(self.targets.tolist())
        kept = (rows >= 0) & (columns >= 0) & (rows != columns)
        cells = (self.weights[kept], (rows[kept], columns[kept]))
        shape = (len(users), len(users))
        return coo_array(cells, shape=shape, dtype=np.float32).tocsr()
