"""Items by what they are, in the space of what people take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from django_recsys.learning.algorithms.temporal.recency import recent_items
from django_recsys.learning.algorithms.temporal.selection import (
    CHOSEN_BY_DATA,
    recency_hyperparameter,
)
from django_recsys.learning.data.histories import Histories
from django_recsys.learning.data.interactions import Interactions
from django_recsys.learning.data.item_features import features_over
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.hyperparameters import hyperparameter
from django_recsys.learning.numerics.vectors import cosines, directions
from django_recsys.learning.recommender import Recommender, TrainingOptions

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOST_ASKED = 500  # people by whose lists it is found how boldly new items are shown


@dataclass(kw_only=True, eq=False)
class Content(Recommender):
    """Item features mapped into the factors of ``als`` (Gantner et al. 2010).

    A ridge regression learns which features go with which factors, so that a word
    counts by what it says about taste. An item that nobody took has the vector that
    its features foretell; a known one leans towards it. Vectors have length one; the
    scores of new items are lowered, so that together they get as large a share of the
    lists as they have of the catalogue. Fit it with ``items``: a table of columns, or
    ItemFeatures; items to be recommended before anybody took them must be in the map
    (``Interactions.with_items``).
    """

    name: ClassVar[str] = "content"
    handles_new_users: ClassVar[bool] = True
    handles_new_items: ClassVar[bool] = True
    reads_items: ClassVar[bool] = True
    needs_items: ClassVar[bool] = True
    has_similar_items: ClassVar[bool] = True
    can_explain: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = (
        "item_vectors_",
        "boldness_",
        "recency_",
    )

    embedding_size: int = hyperparameter(
        128, low=1, high=1024, help="Numbers kept per item."
    )
    feature_share: float = hyperparameter(
        0.4,
        low=0.0,
        high=1.0,
        help="How much of a known item's vector its features decide; of a new one, "
        "all.",
    )
    ridge: float = hyperparameter(
        3.0,
        low=0.001,
        high=1e6,
        help="Higher trusts features of few items less; counted in items.",
    )
    new_items: float = hyperparameter(
        CHOSEN_BY_DATA,
        low=CHOSEN_BY_DATA,
        high=1.0,
        help="How boldly items are shown that nobody took yet: their scores are "
        "multiplied by it, 1 is as others; -1: so that they fill their share of lists.",
    )
    recency: float = recency_hyperparameter()

    item_vectors_: np.ndarray = field(init=False, repr=False)
    """(n_items, embedding_size) float32 of length one; zero where nothing is known."""
    boldness_: np.ndarray = field(init=False, repr=False)
    """(n_items,) float32, by which scores are multiplied: 1 where somebody took it."""
    recency_: np.ndarray = field(init=False, repr=False)  # () float64

    def _fit(
        self,
        interactions: Interactions,
        *,
        items: Any,
        edges: Any,
        validation: Interactions | None,
        options: TrainingOptions,
    ) -> None:
        from django_recsys.learning.algorithms.factorization.als import ImplicitALS
        from django_recsys.learning.numerics.ridge import ridge_map

        from ._new_item_scale import fair_newness

        if items is None:
            raise DataError("content needs item features: pass items.")
        features = features_over(items, interactions.items).matrix
        # Only the recency and the factors are read: a trend would be chosen in vain.
        taste = ImplicitALS(
            embedding_size=self.embedding_size, recency=self.recency, trend=0.0
        )
        taste.fit(interactions, options=options)
        self.recency_ = taste.recency_
        factors = taste.item_factors_
        taken = np.flatnonzero(factors.any(axis=1))
        learned = ridge_map(features[taken], factors[taken], self.ridge)
        foretold = directions(np.asarray(features @ learned))
        share = np.float32(self.feature_share)
        self.item_vectors_ = directions(
            (1 - share) * directions(factors) + share * foretold
        )
        unknown = np.ones(len(factors), dtype=bool)
        unknown[taken] = False
        self.item_vectors_[unknown] = foretold[unknown]
        boldness = self.new_items
        if boldness < 0:
            some = self._query_matrix(_a_few(interactions.histories(), options.seed))
            boldness = fair_newness(some, self.item_vectors_, unknown)
        self.boldness_ = np.where(unknown, boldness, 1).astype(np.float32)

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        scores = (self._query_matrix(histories) @ self.item_vectors_) @ (
            self.item_vectors_.T
        )
        scores *= self.boldness_
        return np.where(scores > 0, scores, np.nan)

    def _similarities(self, item_indices: np.ndarray) -> np.ndarray:
        return cosines(self.item_vectors_, item_indices)

    def _query_matrix(self, histories: Histories) -> csr_array:
        return recent_items(histories, self.recency_)

    def _pair_shares(
        self, queries: csr_array, entries: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        own = self.item_vectors_[queries.indices[entries]]
        products = np.einsum("pf,pf->p", own, self.item_vectors_[targets])
        shares: np.ndarray = queries.data[entries] * products
        return shares


def _a_few(histories: Histories, seed: int) -> Histories:
    """Return a seeded sample of the histories that hold anything."""
    asked = np.flatnonzero(histories.lengths)
    if len(asked) > MOST_ASKED:
        random = np.random.default_rng(seed)
        asked = np.sort(random.choice(asked, MOST_ASKED, replace=False))
    return histories.select(asked)
