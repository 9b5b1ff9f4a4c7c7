"""Interactions of users with items, as arrays of equal length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from django_recsys.learning.exceptions import DataError
from django_recsys.learning.numerics.batching import slices_of_runs
from django_recsys.learning.numerics.sparse import offsets

from .histories import Histories
from .id_map import IdMap

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class Interactions:
    """Rows of (user, item, weight, time); all arrays have length n_interactions."""

    users: IdMap
    items: IdMap
    user_indices: np.ndarray
    """int32 into ``users``."""
    item_indices: np.ndarray
    """int32 into ``items``."""
    weights: np.ndarray
    """float32; how much the row counts. After preparation always positive."""
    timestamps: np.ndarray
    """float64: Unix seconds, or positions where ``has_times`` is False."""
    kinds: np.ndarray | None = None
    """uint8 into ``kind_names``."""
    kind_names: tuple[str, ...] = ()
    baskets: np.ndarray | None = None
    """int32: rows of one basket (order) share a number."""
    has_times: bool = True
    """False where the timestamps are positions or merely the order of the rows."""

    def __post_init__(self) -> None:
        length = len(self.user_indices)
        for name in ("item_indices", "weights", "timestamps", "kinds", "baskets"):
            array = getattr(self, name)
            if array is not None and len(array) != length:
                raise DataError(
                    f"{name} has {len(array)} values where users have {length}."
                )

    @classmethod
    def from_arrays(
        cls,
        user_ids: Sequence[object] | np.ndarray,
        item_ids: Sequence[object] | np.ndarray,
        weights: Sequence[float] | np.ndarray | None = None,
        timestamps: Sequence[float] | np.ndarray | None = None,
        kinds: Sequence[str] | np.ndarray | None = None,
        baskets: Sequence[object] | np.ndarray | None = None,
        *,
        has_times: bool | None = None,
    ) -> Interactions:
        """Return interactions over the ids given; ids become text.

        Without weights each row weighs 1; without timestamps the row order counts.
        Raises DataError where lengths differ or a number is not finite.
        """
        users, user_indices = IdMap.from_values(user_ids, "user")
        items, item_indices = IdMap.from_values(item_ids, "item")
        length = len(user_indices)
        kind_map, kind_codes = _codes("kind", kinds)
        if kind_map is not None and len(kind_map) > np.iinfo(np.uint8).max:
            raise DataError(f"{len(kind_map)} kinds of interaction are too many.")
        return cls(
            users=users,
            items=items,
            user_indices=user_indices,
            item_indices=item_indices,
            weights=_numbers("weights", weights, np.ones(length), np.float32),
            timestamps=_numbers(
                "timestamps", timestamps, np.arange(length), np.float64
            ),
            kinds=None if kind_codes is None else kind_codes.astype(np.uint8),
            kind_names=() if kind_map is None else tuple(kind_map.ids.tolist()),
            baskets=_codes("basket", baskets)[1],
            has_times=timestamps is not None if has_times is None else has_times,
        )

    def __len__(self) -> int:
        return len(self.user_indices)

    @property
    def shape(self) -> tuple[int, int]:
        """(n_users, n_items)."""
        return len(self.users), len(self.items)

    def user_items(self, weights: np.ndarray | None = None) -> csr_array:
        """Return (n_users, n_items) float32, repeated pairs summed, zeros dropped."""
        from scipy.sparse import coo_array

        values = self.weights if weights is None else weights
        pairs = (self.user_indices, self.item_indices)
        matrix = coo_array((values.astype(np.float32), pairs), shape=self.shape).tocsr()
        matrix.eliminate_zeros()
        return matrix

    def histories(self) -> Histories:
        """Return one history per user of ``users``, by timestamp, then row."""
        order = self.time_order
        counts = np.bincount(self.user_indices, minlength=len(self.users))
        return Histories(
            starts=offsets(counts).astype(np.int64),
            item_indices=self.item_indices[order],
            weights=self.weights[order],
            n_items=len(self.items),
            timestamps=self.timestamps[order],
            kinds=None if self.kinds is None else self.kinds[order],
        )

    def item_counts(self) -> np.ndarray:
        """Return (n_items,) int64: how many different users each item has."""
        size = len(self.items)
        counts = np.zeros(size, dtype=np.int64)
        order = self.time_order
        for part in slices_of_runs(self.user_indices[order]):
            rows = order[part]
            pairs = self.user_indices[rows].astype(np.int64) * size
            pairs += self.item_indices[rows]
            # Sorting beats the hash table of a plain np.unique several times over.
            pairs.sort()
            distinct = pairs[np.diff(pairs, prepend=-1) != 0]
            counts += np.bincount(distinct % size, minlength=size)
        return counts

    def user_count(self) -> int:
        """Return how many users have a row."""
        return int(np.count_nonzero(np.bincount(self.user_indices)))

    def item_count(self) -> int:
        """Return how many items have a row."""
        return int(np.count_nonzero(np.bincount(self.item_indices)))

    def select(self, mask: np.ndarray) -> Interactions:
        """Return the rows of a mask or of indices; the id maps stay the same."""
        return replace(
            self,
            user_indices=self.user_indices[mask],
            item_indices=self.item_indices[mask],
            weights=self.weights[mask],
            timestamps=self.timestamps[mask],
            kinds=None if self.kinds is None else self.kinds[mask],
            baskets=None if self.baskets is None else self.baskets[mask],
        )

    def with_items(self, item_ids: Sequence[object] | np.ndarray) -> Interactions:
        """Return the same rows over a map that holds these items as well.

        An item without interactions can be recommended only if the map holds it.
        """
        return replace(self, items=self.items.extended(item_ids))

    def with_users(self, user_ids: Sequence[object] | np.ndarray) -> Interactions:
        """Return the same rows over a map that holds these users as well."""
        return replace(self, users=self.users.extended(user_ids))

    def with_weights(self, weights: np.ndarray) -> Interactions:
        """Return the same rows with other weights."""
        return replace(self, weights=weights.astype(np.float32))

    def compact(self) -> Interactions:
        """Return the same rows with id maps of only the users and items in them."""
        users, user_indices = _used(self.users, self.user_indices)
        items, item_indices = _used(self.items, self.item_indices)
        return replace(
            self,
            users=users,
            items=items,
            user_indices=user_indices,
            item_indices=item_indices,
        )

    def is_kind(self, *names: str) -> np.ndarray:
        """Return a mask of the rows whose kind is one of the names."""
        if self.kinds is None:
            return np.zeros(len(self), dtype=bool)
        codes = [code for code, name in enumerate(self.kind_names) if name in names]
        return np.isin(self.kinds, codes)

    @cached_property
    def time_order(self) -> np.ndarray:
        """(n_rows,) positions of the rows, by user, timestamp, then row."""
        users, times = self.user_indices, self.timestamps
        order = np.arange(len(users))
        if np.any(users[1:] < users[:-1]):
            order = np.argsort(users, kind="stable")
            users, times = users[order], times[order]
        for part in slices_of_runs(users):
            inside = np.lexsort((times[part], users[part]))
            order[part] = order[part][inside]
        return order


def _codes(
    name: str,
    values: Sequence[object] | np.ndarray | None,
) -> tuple[IdMap | None, np.ndarray | None]:
    return (None, None) if values is None else IdMap.from_values(values, name)


def _used(ids: IdMap, indices: np.ndarray) -> tuple[IdMap, np.ndarray]:
    used = np.zeros(len(ids), dtype=bool)
    used[indices] = True
    ranks = np.cumsum(used, dtype=np.int32) - 1
    return IdMap(ids.ids[used]), ranks[indices].astype(np.int32)


def _numbers(
    name: str,
    values: Sequence[float] | np.ndarray | None,
    default: np.ndarray,
    dtype: type[np.floating],
) -> np.ndarray:
    if values is None:
        return default.astype(dtype)
    array = np.asarray(values, dtype=dtype)
    bad = np.flatnonzero(~np.isfinite(array))
    if len(bad):
        raise DataError(f"{name}: the value in row {bad[0]} is not a finite number.")
    return array


def pair_codes(rows: Interactions) -> np.ndarray:
    """Return (n_rows,) int64: equal where user and item are equal."""
    wide = rows.user_indices.astype(np.int64) * len(rows.items)
    codes: np.ndarray = wide + rows.item_indices
    return codes


def basket_codes(interactions: Interactions) -> np.ndarray:
    """Return (n_rows,) int: equal in one basket, else for one user and moment."""
    if interactions.baskets is not None:
        return interactions.baskets
    order = interactions.time_order
    users = interactions.user_indices[order]
    times = interactions.timestamps[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (users[1:] != users[:-1]) | (times[1:] != times[:-1])
    codes = np.empty(len(order), dtype=np.int64)
    codes[order] = np.cumsum(new) - 1
    return codes
