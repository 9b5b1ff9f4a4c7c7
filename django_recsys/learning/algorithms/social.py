"""Items of trusted users."""

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

    Only the targets of a user's own edges count: trust is not mutual, and friends of
    friends do not count. Users without a history are handled if the map of users holds
    them (``Interactions.with_users``). Histories of friends are personal data: an
    artifact holds none of them, so a loaded model has no scores.
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
    """(n_users, n_users) float32: rows trust columns; None in a loaded model."""
    taken_: csr_array = field(init=False, repr=False)
    """(n_users, n_items) float32: histories of length one, faded by age."""
    rarity_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32: weight of a friend's interaction with it."""

    def _fit(self, data: TrainingData) -> None:
        interactions = data.interactions
        if data.edges is None:
            raise DataError("social needs friends: pass edges.")
        trust = data.edges.matrix(interactions.users)
        if not trust.nnz:
            raise DataError("No edge joins two users of the interactions.")
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
        """Return (n_queries, n_users): trust, weighted by the similarity of taste."""
        from scipy.sparse import csr_array

        known = np.flatnonzero(user_indices >= 0)
        rows = self.trust_[user_indices[known]]  # type: ignore[index]
        counts = np.zeros(len(user_indices), dtype=np.int64)
        counts[known] = np.diff(rows.indptr)
        starts = offsets(counts)
        own = _of_length_one(self._query_matrix(histories))
        owners = np.repeat(np.arange(len(counts)), counts)
        cosine = own[owners].multiply(self.taken_[rows.indices]).sum(axis=1)
        share = np.float32(self.taste_share)
        data = rows.data * (1 - share + share * np.asarray(cosine).ravel())
        shape = (len(user_indices), self.taken_.shape[0])
        return csr_array((data, rows.indices, starts), shape=shape)

    def _friends_with(self, friends: csr_array) -> np.ndarray:
        """Return (n_queries, n_items): how many friends have each item."""
        counts: np.ndarray = (binary(friends) @ binary(self.taken_)).toarray()
        return counts


def _of_length_one(rows: csr_array) -> csr_array:
    owners = row_indices(rows)
    squares = np.bincount(owners, rows.data**2, rows.shape[0])
    rows.data = rows.data / np.sqrt(squares)[owners].astype(np.float32)
    return rows
