"""The base class of recommenders, which handles ids, masks and padding."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from django_recsys.learning.numerics.threads import in_threads

from .capabilities import Capabilities, Task
from .data.edges import Edges
from .data.histories import Histories
from .data.id_map import IdMap
from .data.interactions import Interactions
from .data.training_data import TrainingData
from .exceptions import DataError, NotFittedError
from .explanations import explain_entries, largest_entries
from .hyperparameters import hyperparameters_of, validate_hyperparameters
from .numerics.batching import joined, slices, spread
from .numerics.top_k import PADDING, leave_out, top_items, top_stored
from .options import Progress, TrainingOptions
from .recommendations import Recommendations

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "Capabilities",
    "Progress",
    "Recommendations",
    "Recommender",
    "Task",
    "TrainingData",
    "TrainingOptions",
]

DEFAULT_OPTIONS = TrainingOptions()


@dataclass(kw_only=True, eq=False)
class Recommender(ABC):
    """An algorithm with ``fit`` and ``recommend``.

    A subclass implements ``_fit``, ``_score`` and, where it can, ``_similarities`` and
    ``_pair_shares``; it names its learned arrays in ``array_names``. It sees indices
    only: no ids, no masks, no sorting, no files.
    """

    name: ClassVar[str] = ""
    class_capabilities: ClassVar[Capabilities] = Capabilities()
    """What the class can do; ``capabilities`` depends on the settings too."""
    array_names: ClassVar[tuple[str, ...]] = ()
    former_array_names: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Name of an array -> its name in older artifacts."""

    items_: IdMap = field(init=False, repr=False)
    users_: IdMap = field(init=False, repr=False)
    parts_: dict[str, Recommender] = field(init=False, repr=False, default_factory=dict)
    """Fitted recommenders within this one, by name; artifacts store them."""
    _histories: Histories | None = field(init=False, repr=False, default=None)

    def fit(
        self,
        interactions: Interactions,
        *,
        items: Any = None,
        edges: Edges | None = None,
        validation: Interactions | None = None,
        options: TrainingOptions = DEFAULT_OPTIONS,
    ) -> Self:
        """Learn from prepared interactions; earlier fits are forgotten.

        ``items`` are item features, ``edges`` friendships; algorithms that do not use
        them ignore them. Raises DataError where there is nothing to learn from.
        """
        self.set_hyperparameters(**self.hyperparameters)
        if not len(interactions):
            raise DataError("There are no interactions to learn from.")
        self.items_, self.users_ = interactions.items, interactions.users
        self._histories = interactions.histories()
        self._fit(
            TrainingData(
                interactions=interactions,
                items=items,
                edges=edges,
                validation=validation,
                options=options,
            )
        )
        return self

    @property
    def capabilities(self) -> Capabilities:
        """What this recommender can do with its settings."""
        return self.class_capabilities

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """The value of each declared hyper-parameter, by name."""
        return {
            each.name: getattr(self, each.name)
            for each in hyperparameters_of(type(self))
        }

    def set_hyperparameters(self, **values: Any) -> None:
        """Change hyper-parameters; raises DataError naming value and range."""
        for name, value in validate_hyperparameters(type(self), values).items():
            setattr(self, name, value)

    @property
    def is_fitted(self) -> bool:
        return hasattr(self, "items_")

    def recommend(
        self,
        user_ids: Sequence[str],
        *,
        n: int = 10,
        histories: Sequence[Sequence[str]] | Histories | None = None,
        candidates: Collection[str] | None = None,
        exclude: Collection[str] = (),
        exclude_seen: bool = True,
    ) -> Recommendations:
        """Return each user's best items; one user is ``["42"]``.

        ``histories``: item ids per user, oldest first; None uses those of the fit, in
        the process that fitted: artifacts hold no histories. ``candidates``: None means
        all items; unknown ids are ignored. Raises NotFittedError, and DataError for n <
        1 or lengths that differ.
        """
        self._check_request(n)
        if histories is not None and len(histories) != len(user_ids):
            raise DataError(f"{len(histories)} histories for {len(user_ids)} users.")
        user_indices = self.users_.indices(user_ids)
        indices, scores = self.recommend_indices(
            self._histories_of(user_indices, histories),
            user_indices,
            n=n,
            candidate_mask=self.candidate_mask(candidates, exclude),
            exclude_seen=exclude_seen,
        )
        return Recommendations.of_indices(self.items_, indices, scores)

    def similar_items(
        self,
        item_ids: Sequence[str],
        *,
        n: int = 10,
        candidates: Collection[str] | None = None,
        exclude: Collection[str] = (),
    ) -> Recommendations:
        """Return the items nearest to each item, itself left out.

        An unknown item gives an empty row. Raises as ``recommend`` does, and
        DataError where the algorithm has no similar items.
        """
        self._check_request(n)
        indices, scores = self.similar_indices(
            self.items_.indices(item_ids),
            n=n,
            candidate_mask=self.candidate_mask(candidates, exclude),
        )
        return Recommendations.of_indices(self.items_, indices, scores)

    def explain(self, history: Sequence[str], item_id: str) -> list[tuple[str, float]]:
        """Return (item_id, share) of the history's items, largest share first.

        Shares are parts of the item's score; only positive ones are given. Empty for an
        unknown item, and where the algorithm cannot explain.
        """
        self._check_request(1)
        target = self.items_.indices([item_id])
        if not self.capabilities.can_explain or target[0] < 0:
            return []
        queries = self._query_matrix(Histories.from_ids([history], self.items_))
        targets = np.full(len(queries.data), target[0])
        shares = self._pair_shares(queries, np.arange(len(queries.data)), targets)
        return [
            (str(self.items_.ids[queries.indices[entry]]), float(shares[entry]))
            for entry in largest_entries(shares)
        ]

    def recommend_indices(
        self,
        histories: Histories,
        user_indices: np.ndarray,
        *,
        n: int,
        candidate_mask: np.ndarray | None = None,
        exclude_seen: bool | csr_array = True,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Recommend by indices, without strings.

        user_indices: (n_queries,), -1 for an unknown user. candidate_mask:
        (n_items,) bool. exclude_seen: a (n_queries, n_items) matrix excludes its
        stored cells instead of the histories. Gives indices (n_queries, m) int32,
        -1 where padded, and scores (n_queries, m) float32, -inf where padded.
        """
        self._check_request(n)

        def best(part: slice) -> tuple[np.ndarray, np.ndarray]:
            some = histories.select(part)
            scores = self.score_indices(some, user_indices[part])
            left_out = _left_out(some, part, exclude_seen=exclude_seen)
            return top_items(leave_out(scores, candidate_mask, left_out), n)

        parts = self._slices(len(histories))
        found = (
            in_threads(best, parts)
            if self.capabilities.scores_in_threads
            else map(best, parts)
        )
        return joined(list(found), min(n, len(self.items_)))

    def similar_indices(
        self,
        item_indices: np.ndarray,
        *,
        n: int,
        candidate_mask: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find similar items by indices; shapes as in ``recommend_indices``."""
        self._check_request(n)
        if not self.capabilities.has_similar_items:
            raise DataError(f"{self.name} has no similar items.")
        item_indices = np.asarray(item_indices, dtype=np.int64)
        parts = []
        for part in self._slices(len(item_indices)):
            some = item_indices[part]
            known = np.flatnonzero(some >= 0)
            found = self._most_similar(some[known], n, candidate_mask)
            parts.append(spread(found, known, len(some)))
        return joined(parts, min(n, len(self.items_)))

    def _most_similar(
        self, item_indices: np.ndarray, n: int, candidate_mask: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        scores = self._similarities(item_indices)
        if not isinstance(scores, np.ndarray):
            return top_stored(scores, n, candidate_mask)
        scores[np.arange(len(scores)), item_indices] = -np.inf
        return top_items(leave_out(scores, candidate_mask), n)

    def explain_indices(
        self, histories: Histories, ranked_indices: np.ndarray
    ) -> np.ndarray:
        """Return the item with the largest share in each ranked item's score.

        ranked_indices: (n_queries, n) as ``recommend_indices`` gives them. Gives
        (n_queries, n) int32 item indices, -1 without an explanation.
        """
        self._check_request(1)
        if not self.capabilities.can_explain:
            return np.full(ranked_indices.shape, PADDING, dtype=np.int32)
        queries = self._query_matrix(histories)
        return explain_entries(queries, ranked_indices, self._pair_shares)

    def score_indices(
        self, histories: Histories, user_indices: np.ndarray
    ) -> np.ndarray:
        """Return a fresh (n_queries, n_items) float32, NaN without a score."""
        scores = self._score(histories, np.asarray(user_indices, dtype=np.int64))
        owned = scores.flags.writeable and scores.flags.c_contiguous
        return np.array(scores, dtype=np.float32, order="C", copy=not owned or None)

    def candidate_mask(
        self, candidates: Collection[str] | None, exclude: Collection[str] = ()
    ) -> np.ndarray | None:
        """Return (n_items,) bool of the items that may be shown; None for all."""
        if candidates is None and not len(exclude):
            return None
        mask = np.full(len(self.items_), candidates is None)
        if candidates is not None:
            known = self.items_.indices(candidates)
            mask[known[known >= 0]] = True
        known = self.items_.indices(exclude)
        mask[known[known >= 0]] = False
        return mask

    @abstractmethod
    def _fit(self, data: TrainingData) -> None:
        """Learn; names of learned values end in ``_``."""

    @abstractmethod
    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        """Return (n_queries, n_items), NaN where there is no evidence."""

    def _similarities(self, item_indices: np.ndarray) -> np.ndarray | csr_array:
        """Return a fresh (n_queries, n_items), NaN where there is no evidence.

        Sparse where neighbours are stored; then without the item itself.
        """
        raise NotImplementedError(f"{self.name} declares similar items, but has none")

    def _query_matrix(self, histories: Histories) -> csr_array:
        """Return (n_queries, n_items): the weight of each item in the query."""
        return histories.matrix()

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        """Return (n_pairs,): the part of the entry in the target's score.

        entries: positions in ``queries.data``; targets: item indices.
        """
        raise NotImplementedError(f"{self.name} declares reasons, but has none")

    def _histories_of(
        self,
        user_indices: np.ndarray,
        histories: Sequence[Sequence[str]] | Histories | None,
    ) -> Histories:
        if isinstance(histories, Histories):
            return histories
        if histories is not None:
            return Histories.from_ids(histories, self.items_)
        if self._histories is None:
            return Histories.empty(len(user_indices), len(self.items_))
        return self._histories.select(user_indices)

    def _check_request(self, n: int) -> None:
        if not self.is_fitted:
            raise NotFittedError(f"{self.name} must be fitted or loaded first.")
        if n < 1:
            raise DataError(f"n is {n}; a list has at least one place.")

    def _slices(self, length: int) -> Iterator[slice]:
        return slices(length, len(self.items_))


def _left_out(
    histories: Histories, part: slice, *, exclude_seen: bool | csr_array
) -> csr_array | None:
    if isinstance(exclude_seen, bool):
        return histories.cells() if exclude_seen else None
    return exclude_seen[part]
