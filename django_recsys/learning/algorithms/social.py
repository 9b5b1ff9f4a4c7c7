"""Items of the users whom a user trusts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal import RecencyWeighted
from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories, TrainingData
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.sparse import binary, offsets, row_indices

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(kw_only=True, eq=False)
class Social(RecencyWeighted):
    """Neighbours by trust and by taste (Massa & Avesani 2007), from ``edges``.

    Only those whom the asking person's own edges name add to the list, and never in
    the other direction: trust is not returned, and friends of friends say nothing.
    Users without a history are handled, too; the map of users must hold them
    (``Interactions.with_users``). What friends took is personal: an artifact keeps
    none of it, and loaded it has no opinion on anyone.
    """

    name: ClassVar[str] = "social"
    class_capabilities: ClassVar[Capabilities] = Capabilities(handles_new_users=True)

    taste_share: float = hyperparameter(
        0.5,
        low=0.0,
        high=1.0,
        help="Share of similar taste in the weight of a friend, the rest being "
        "trust. 0: trust alone.",
    )
    popularity_power: float = hyperparameter(
        0.25,
        low=0.0,
        high=1.0,
        help="Power of the popularity penalty; larger gives popular items less weight.",
    )
    fewest_friends: int = hyperparameter(
        1,
        low=1,
        high=1000,
        help="Minimum number of friends who have the item; larger protects their "
        "privacy. 1: a list may reveal what a single friend bought.",
        searched=False,
    )
    trust_: csr_array | None = field(init=False, repr=False, default=None)
    """(n_users, n_users) float32, row the one who trusts; None in what was loaded."""
    taken_: csr_array = field(init=False, repr=False)
    """(n_users, n_items) float32: rows of length one, faded by age."""
    rarity_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32: weight of a friend's interaction with it."""

    def _fit(self, data: TrainingData) -> None:
        interactions = data.interactions
        if data.edges is None:
            raise DataError("social needs friends: pass edges.")
        trust = data.edges.matrix(interactions.users)
        if not trust.nnz:
            raise DataError("The edges join no two people whom the interactions know.")
        self._learn_recency(data)
        self.trust_ = trust
        self.taken_ = _of_length_one(self._query_matrix(interactions.histories()))
        counts = np.maximum(interactions.item_counts(), 1)
        self.rarity_ = (counts**-self.popularity_power).astype(np.float32)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        if self.trust_ is None:
            return np.full((len(histories), histories.n_items), np.nan, np.float32)
        friends = self._friends_of(histories, user_indices)
        scores = (friends @ self.taken_).toarray() * self.rarity_
        if self.fewest_friends > 1:
            scores[self._friends_with(friends) < self.fewest_friends] = 0
        return np.where(scores > 0, scores, np.nan)

    def _friends_of(self, histories: Histories, user_indices: np.ndarray) -> csr_array:
        """Return (n_queries, n_users): trust, the more of it the more taste agrees."""
        from scipy.sparse import csr_array

        known = np.flatnonzero(user_indices >= 0)
        rows = self.trust_[user_indices[known]]  # type: ignore[index]
        counts = np.zeros(len(user_indices), dtype=np.int64)
        counts[known] = np.diff(rows.indptr)
        starts = offsets(counts)
        own = _of_length_one(self._query_matrix(histories))
        owners = np.repeat(np.arange(len(counts)), counts)
        alike = own[owners].multiply(self.taken_[rows.indices]).sum(axis=1)
        share = np.float32(self.taste_share)
        data = rows.data * (1 - share + share * np.asarray(alike).ravel())
        shape = (len(user_indices), self.taken_.shape[0])
        return csr_array((data, rows.indices, starts), shape=shape)

    def _friends_with(self, friends: csr_array) -> np.ndarray:
        """(n_queries, n_items): how many friends took each item."""
        counts: np.ndarray = (binary(friends) @ binary(self.taken_)).toarray()
        return counts


def _of_length_one(rows: csr_array) -> csr_array:
    owners = row_indices(rows)
    squares = np.bincount(owners, rows.data**2, rows.shape[0])
    rows.data = rows.data / np.sqrt(squares)[owners].astype(np.float32)
    return rows
