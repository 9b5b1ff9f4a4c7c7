"""Alternating least squares by implicit: factors, fold-in and reasons."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy.linalg import lapack
from scipy.sparse import csr_array, csr_matrix
from threadpoolctl import threadpool_limits

from django_recsys.learning.exceptions import DataError
from django_recsys.learning.recommender import TrainingOptions

FEW = 4  # queries
STEP = 1.1  # between ridges: rows of one step are solved together
FIRST_FACTOR = 0.01  # the largest, as implicit begins


def row_ridges(
    confidence: csr_array, others: int, ridge: float, scaling: float
) -> np.ndarray:
    """Return (n_rows,) float32, the L2 penalty of each user or item.

    In proportion to the total weight that a row is fitted to (Rendle et al. 2021), to
    the power ``scaling``. confidence: (n_rows, n_columns); others: the number of items,
    or users, with interactions; ridge: the penalty of a row without interactions.
    """
    totals = np.asarray(confidence.sum(axis=1)).ravel() - np.diff(confidence.indptr)
    frequency = np.log1p(totals / max(others, 1)) * scaling
    steps = np.round(frequency / np.log(STEP))
    result: np.ndarray = (ridge * STEP**steps).astype(np.float32)
    return result


def item_factors(
    confidence: csr_array,
    *,
    embedding_size: int,
    ridge: float,
    scaling: float,
    epochs: int,
    options: TrainingOptions,
) -> np.ndarray:
    """Return (n_items, embedding_size) float32; zero for items without users.

    confidence: (n_users, n_items). Raises DataError where the factors are not finite.
    """
    of_items = confidence.T.tocsr()
    n_items = int(np.count_nonzero(np.diff(of_items.indptr)))
    n_users = int(np.count_nonzero(np.diff(confidence.indptr)))
    random = np.random.default_rng(options.seed)
    users, items = (
        random.random((rows, embedding_size), dtype=np.float32) * FIRST_FACTOR
        for rows in confidence.shape
    )
    user_groups, item_groups = (
        list(_groups(rows, row_ridges(rows, others, ridge, scaling)))
        for rows, others in ((confidence, n_items), (of_items, n_users))
    )
    with threadpool_limits(1, "blas"):
        model = _model(embedding_size, options)  # it warns of threads of BLAS
        for epoch in range(epochs):
            _solve(model, user_groups, users, items)
            _solve(model, item_groups, items, users)
            options.report((epoch + 1) / epochs, f"epoch {epoch + 1} of {epochs}")
    if not np.isfinite(items).all():
        raise DataError(
            f"The factors of als are not finite, with a ridge of {ridge:g}; "
            "raise als.regularization or lower als.confidence."
        )
    return items


Group = tuple[np.ndarray, float, csr_matrix]
"""Rows, their ridge, and their confidence."""


def _groups(confidence: csr_array, ridges: np.ndarray) -> Iterator[Group]:
    found = np.unique(ridges)
    for ridge in found:
        rows = np.flatnonzero(ridges == ridge)
        own = confidence if len(found) == 1 else confidence[rows]
        yield rows, float(ridge), csr_matrix(own, dtype=np.float32)


def _solve(
    model: AlternatingLeastSquares,
    groups: list[Group],
    solved: np.ndarray,
    fixed: np.ndarray,
) -> None:
    """Solve the factors of one side, in place, given those of the other."""
    for rows, ridge, confidence in groups:
        factors = solved if len(groups) == 1 else solved[rows]
        model.solver(confidence, factors, fixed, ridge, num_threads=model.num_threads)
        if factors is not solved:
            solved[rows] = factors


def fold_in(
    queries: csr_array, factors: np.ndarray, gram: np.ndarray, ridges: np.ndarray
) -> np.ndarray:
    """Return (n_queries, embedding_size): the factors of the histories' users.

    gram: (embedding_size, embedding_size) of the factors, made once as it costs more
    than a query; ridges: (n_queries,).
    """
    if queries.shape[0] <= FEW:
        return _fold_in_one_by_one(queries, factors, gram, ridges)
    users = np.empty((queries.shape[0], len(gram)), dtype=np.float32)
    with threadpool_limits(1, "blas"):
        model = _model(factors.shape[1], TrainingOptions())
        model.item_factors, model._YtY = factors, gram
        for rows, ridge, confidence in _groups(queries, ridges):
            model.regularization = ridge
            users[rows] = model.recalculate_user(np.arange(len(rows)), confidence)
    return users


def _fold_in_one_by_one(
    queries: csr_array, factors: np.ndarray, gram: np.ndarray, ridges: np.ndarray
) -> np.ndarray:
    """Return the same without threads: looking for them costs more than a query."""
    diagonal = np.eye(len(gram), dtype=np.float32)
    users = np.zeros((queries.shape[0], len(gram)), dtype=np.float32)
    for place, (at, end) in enumerate(pairwise(queries.indptr)):
        own, confidence = factors[queries.indices[at:end]], queries.data[at:end]
        system = gram + ridges[place] * diagonal + (own.T * (confidence - 1)) @ own
        _, users[place], _ = lapack.sposv(system, confidence @ own, lower=1)
    return users


def pair_shares(
    queries: csr_array,
    entries: np.ndarray,
    targets: np.ndarray,
    factors: np.ndarray,
    ridges: np.ndarray,
) -> np.ndarray:
    """Return what each entry adds: c_i y_i' A^-1 y_j, with A of the entry's query."""
    size = factors.shape[1]
    shares = np.empty(len(entries), dtype=np.float32)
    gram, diagonal = factors.T @ factors, np.eye(size, dtype=np.float32)
    owners = np.searchsorted(queries.indptr, entries, side="right") - 1
    edges = np.flatnonzero(np.diff(owners, prepend=-1, append=-1))
    for first, end in zip(edges[:-1], edges[1:], strict=True):
        row = slice(*queries.indptr[owners[first] : owners[first] + 2])
        own, confidence = factors[queries.indices[row]], queries.data[row]
        base = gram + ridges[owners[first]] * diagonal
        system = base + (own.T * (confidence - 1)) @ own
        distinct, column = np.unique(targets[first:end], return_inverse=True)
        solved = np.linalg.solve(system, factors[distinct].T)
        product = (own * confidence[:, None]) @ solved
        at = entries[first:end] - row.start
        shares[first:end] = product[at, column]
    return shares


def _model(size: int, options: TrainingOptions) -> AlternatingLeastSquares:
    return AlternatingLeastSquares(
        factors=size, alpha=1.0, num_threads=options.threads, random_state=options.seed
    )
