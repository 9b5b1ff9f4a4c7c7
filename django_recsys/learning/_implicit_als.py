"""Alternating least squares by implicit, and what follows from its factors."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy.linalg import lapack
from scipy.sparse import csr_array, csr_matrix
from threadpoolctl import threadpool_limits

from .base import TrainingOptions

FEW = 4  # queries


def item_factors(
    confidence: csr_array,
    *,
    embedding_size: int,
    regularization: float,
    epochs: int,
    options: TrainingOptions,
) -> np.ndarray:
    """Return (n_items, embedding_size) float32; zero for items without users."""

    def report(epoch: int, *_: object) -> None:
        options.report((epoch + 1) / epochs, f"epoch {epoch + 1} of {epochs}")

    with threadpool_limits(1, "blas"):
        model = _model(embedding_size, regularization, epochs, options)
        model.fit(csr_matrix(confidence), show_progress=False, callback=report)
    factors: np.ndarray = np.array(model.item_factors, dtype=np.float32)
    factors[np.bincount(confidence.indices, minlength=len(factors)) == 0] = 0
    return factors


def fold_in(
    queries: csr_array, factors: np.ndarray, gram: np.ndarray, regularization: float
) -> np.ndarray:
    """Return (n_queries, embedding_size): the users that the histories describe.

    gram: (embedding_size, embedding_size) of the factors; it costs more than a query.
    """
    if queries.shape[0] <= FEW:
        return _fold_in_one_by_one(queries, factors, gram, regularization)
    with threadpool_limits(1, "blas"):
        model = _model(factors.shape[1], regularization, 1, TrainingOptions())
        model.item_factors, model._YtY = factors, gram
        users = model.recalculate_user(np.arange(queries.shape[0]), csr_matrix(queries))
    result: np.ndarray = np.asarray(users, dtype=np.float32)
    return result


def _fold_in_one_by_one(
    queries: csr_array, factors: np.ndarray, gram: np.ndarray, regularization: float
) -> np.ndarray:
    """Return the same without threads: looking for them costs more than a query."""
    ridge = np.float32(regularization) * np.eye(len(gram), dtype=np.float32)
    users = np.zeros((queries.shape[0], len(gram)), dtype=np.float32)
    for place, (at, end) in enumerate(pairwise(queries.indptr)):
        own, confidence = factors[queries.indices[at:end]], queries.data[at:end]
        system = gram + ridge + (own.T * (confidence - 1)) @ own
        _, users[place], _ = lapack.sposv(system, confidence @ own, lower=1)
    return users


def pair_shares(
    queries: csr_array,
    entries: np.ndarray,
    targets: np.ndarray,
    factors: np.ndarray,
    regularization: float,
) -> np.ndarray:
    """Return what each entry adds: c_i y_i' A^-1 y_j, with A of the entry's query."""
    size = factors.shape[1]
    shares = np.empty(len(entries), dtype=np.float32)
    base = factors.T @ factors + np.float32(regularization) * np.eye(
        size, dtype=np.float32
    )
    owners = np.searchsorted(queries.indptr, entries, side="right") - 1
    edges = np.flatnonzero(np.diff(owners, prepend=-1, append=-1))
    for first, end in zip(edges[:-1], edges[1:], strict=True):
        row = slice(*queries.indptr[owners[first] : owners[first] + 2])
        own, confidence = factors[queries.indices[row]], queries.data[row]
        system = base + (own.T * (confidence - 1)) @ own
        wanted, column = np.unique(targets[first:end], return_inverse=True)
        solved = np.linalg.solve(system, factors[wanted].T)
        product = (own * confidence[:, None]) @ solved
        at = entries[first:end] - row.start
        shares[first:end] = product[at, column]
    return shares


def _model(
    size: int, regularization: float, epochs: int, options: TrainingOptions
) -> AlternatingLeastSquares:
    return AlternatingLeastSquares(
        factors=size,
        regularization=regularization,
        alpha=1.0,
        iterations=epochs,
        num_threads=options.threads,
        random_state=options.seed,
    )
