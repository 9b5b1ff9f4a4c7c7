"""Explicit ratings as a mean, biases and factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from django_recsys.learning.data import Interactions
from django_recsys.learning.exceptions import DataError, NotFittedError
from django_recsys.learning.numerics.sparse import binary
from django_recsys.learning.options import TrainingOptions

if TYPE_CHECKING:
    from scipy.sparse import csr_array

CELLS_PER_SLICE = 1 << 24  # of the systems that are solved at a time
FIRST_SPREAD = 0.1


@dataclass(kw_only=True, eq=False)
class RatingModel:
    """Matrix factorisation with biases (Koren, Bell & Volinsky 2009).

    Fitted by alternating least squares (Zhou et al. 2008), in which each side's
    factors and biases are solved exactly given the other's.
    """

    name: ClassVar[str] = "biased_mf"

    factors: int = 32
    """Number of factors of a user or item, beside the bias."""
    regularization: float = 12.0
    """L2 penalty of the factors, in ratings."""
    bias_regularization: float = 4.0
    """L2 penalty of the biases, in ratings."""
    epochs: int = 10

    def fit(
        self, interactions: Interactions, options: TrainingOptions | None = None
    ) -> Self:
        """Learn from recorded rows, not prepared: the weight is the rating.

        Where kinds are known only ratings count; repeated ratings of a pair by their
        mean. Raises DataError where there are no ratings.
        """
        options = options or TrainingOptions()
        rated = rating_matrix(interactions)
        self.user_map_, self.item_map_ = interactions.users, interactions.items
        self.low_, self.high_ = float(rated.data.min()), float(rated.data.max())
        self.mean_ = float(rated.data.mean())
        rated.data -= np.float32(self.mean_)
        by_item = rated.T.tocsr()
        random = np.random.default_rng(options.seed)
        shape = (rated.shape[1], self.factors + 1)
        # The last column of either side is its bias.
        self.items_ = (FIRST_SPREAD * random.standard_normal(shape)).astype(np.float32)
        self.items_[:, -1] = 0
        for epoch in range(self.epochs):
            self.users_ = self._solved(rated, self.items_)
            self.items_ = self._solved(by_item, self.users_)
            done = epoch + 1
            options.report(done / self.epochs, f"epoch {done} of {self.epochs}")
        return self

    def predict(self, user_ids: Sequence[str], item_ids: Sequence[str]) -> np.ndarray:
        """Return (n_pairs,) float32 within the range of the ratings learned from.

        An unknown user or item counts as an average one. Raises NotFittedError before
        ``fit``, DataError for lengths that differ.
        """
        if not hasattr(self, "mean_"):
            raise NotFittedError("The rating model must be fitted first.")
        if len(user_ids) != len(item_ids):
            raise DataError(f"{len(user_ids)} users, but {len(item_ids)} items.")
        return self.predict_indices(
            self.user_map_.indices(user_ids), self.item_map_.indices(item_ids)
        )

    def predict_indices(
        self, user_indices: np.ndarray, item_indices: np.ndarray
    ) -> np.ndarray:
        """Predict from indices, without strings.

        user_indices, item_indices: (n_pairs,), -1 for an unknown one, whose bias and
        factors are zero.
        """
        users = np.vstack([self.users_, np.zeros_like(self.users_[:1])])[user_indices]
        items = np.vstack([self.items_, np.zeros_like(self.items_[:1])])[item_indices]
        products = np.einsum("pf,pf->p", users[:, :-1], items[:, :-1])
        values = self.mean_ + users[:, -1] + items[:, -1] + products
        result: np.ndarray = np.clip(values, self.low_, self.high_)
        return result

    def _solved(self, rated: csr_array, others: np.ndarray) -> np.ndarray:
        """Return (n_rows, factors + 1), given those of the columns."""
        size = others.shape[1]
        step = max(1, CELLS_PER_SLICE // size**2)
        parts = [
            self._solved_slice(rated[at : at + step], others)
            for at in range(0, rated.shape[0], step)
        ]
        return np.concatenate(parts)

    def _solved_slice(self, rated: csr_array, others: np.ndarray) -> np.ndarray:
        known = binary(rated)
        columns = others.copy()
        columns[:, -1] = 1  # the coefficient of the row's own bias
        size = others.shape[1]
        systems = np.empty((rated.shape[0], size, size), dtype=np.float32)
        for column in range(size):
            systems[:, column] = known @ (columns[:, column, None] * columns)
        ridge = np.full(size, self.regularization, dtype=np.float32)
        ridge[-1] = self.bias_regularization
        systems[:, np.arange(size), np.arange(size)] += ridge
        rest = rated.copy()
        rest.data = rated.data - others[rated.indices, -1]
        solved = np.linalg.solve(systems, (rest @ columns)[:, :, None])
        result: np.ndarray = solved[:, :, 0]
        return result


def rating_matrix(interactions: Interactions) -> csr_array:
    """Return (n_users, n_items) ratings, repeated ones by their mean."""
    from scipy.sparse import coo_array

    rows = rated_rows(interactions)
    cells = (rows.weights, (rows.user_indices, rows.item_indices))
    sums = coo_array(cells, shape=rows.shape, dtype=np.float32).tocsr()
    ones = (np.ones(len(rows), np.float32), cells[1])
    counts = coo_array(ones, shape=rows.shape).tocsr()
    sums.data /= counts.data
    return sums


def rated_rows(interactions: Interactions) -> Interactions:
    """Return the ratings among the rows; raises DataError where there are none."""
    rows = interactions
    if rows.kinds is not None:
        rows = rows.select(rows.is_kind("rating"))
    if not len(rows) or rows.weights.min() == rows.weights.max():
        raise DataError("There are no ratings that differ from each other.")
    return rows
