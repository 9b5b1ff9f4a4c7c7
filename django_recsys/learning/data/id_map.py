"""The map between ids and dense indices."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property

import numpy as np

from django_recsys.learning.exceptions import DataError
from django_recsys.learning.values import as_id, key_text


class IdMap:
    """The ids of one run; an id's index is its position in ``ids``, an array of str."""

    def __init__(self, ids: Sequence[str] | np.ndarray) -> None:
        self.ids: np.ndarray = np.asarray(ids, dtype=np.str_).reshape(-1)
        if len(np.unique(self.ids)) != len(self.ids):
            raise DataError("The ids of an IdMap must differ from each other.")

    @classmethod
    def from_values(
        cls, values: Sequence[object] | np.ndarray, name: str = "id"
    ) -> tuple[IdMap, np.ndarray]:
        """Return the map of the distinct ids, sorted as text, and each value's index.

        The indices are int32. Sorting makes the result independent of the rows' order.
        Raises DataError for a value that is no id.
        """
        distinct, codes = _factorize(values, name)
        order = np.argsort(distinct, kind="stable")
        ranks = np.empty(len(order), dtype=np.int32)
        ranks[order] = np.arange(len(order), dtype=np.int32)
        return cls(distinct[order]), ranks[codes]

    def extended(self, ids: Iterable[object]) -> IdMap:
        """Return a map with those of the ids that are missing at its end."""
        texts = dict.fromkeys(key_text("id", each) for each in ids)
        new = [each for each in texts if each not in self._positions]
        return IdMap([*self.ids.tolist(), *new]) if new else self

    def __len__(self) -> int:
        return len(self.ids)

    def indices(self, ids: Iterable[str]) -> np.ndarray:
        """Return positions (int64), -1 where unknown; same order as given."""
        get = self._positions.get
        return np.array([get(each, -1) for each in ids], dtype=np.int64)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {each: index for index, each in enumerate(self.ids.tolist())}


def _factorize(
    values: Sequence[object] | np.ndarray, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return distinct values as text and the position of each value's own."""
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            raise DataError("Ids must come as a one-dimensional sequence.")
        if values.dtype.kind in "iu":
            distinct, codes = np.unique(values, return_inverse=True)
            return distinct.astype(np.str_), codes
        values = values.tolist()
    elif isinstance(values, (str, bytes)):
        raise DataError("Ids must come as a one-dimensional sequence.")
    # A dictionary is ten times faster than sorting a million strings. True and 1.0 are
    # the same key as 1, so values of several types are looked at one by one.
    values = list(values)
    if len(set(map(type, values))) > 1 or not _is_hashable(values):
        values = [as_id(name, each) for each in values]
    distinct_values = dict.fromkeys(values)
    ids = {each: as_id(name, each) for each in distinct_values}
    positions = {each: index for index, each in enumerate(dict.fromkeys(ids.values()))}
    of_values = {each: positions[text] for each, text in ids.items()}
    codes = np.fromiter(map(of_values.__getitem__, values), np.int32, len(values))
    return np.array(list(positions), dtype=np.str_), codes


def _is_hashable(values: Sequence[object]) -> bool:
    return not values or isinstance(values[0], Hashable)
