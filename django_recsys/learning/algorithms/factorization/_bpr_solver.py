"""Bayesian personalised ranking by implicit, and the fold-in of users."""

import numpy as np
from implicit.cpu.bpr import BayesianPersonalizedRanking
from scipy.sparse import csr_array, csr_matrix
from threadpoolctl import threadpool_limits

from django_recsys.learning.options import TrainingOptions

RIDGE = 1e-2  # of the mean diagonal: keeps the map stable where users are few


def ranking_factors(
    taken: csr_array,
    *,
    embedding_size: int,
    learning_rate: float,
    regularization: float,
    epochs: int,
    options: TrainingOptions,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return factors of users and items, and the bias of each item.

    Shapes (n_users, embedding_size), (n_items, embedding_size), (n_items,), float32.
    taken: (n_users, n_items) interactions.
    """
    model = BayesianPersonalizedRanking(
        factors=embedding_size,
        learning_rate=learning_rate,
        regularization=regularization,
        iterations=epochs,
        verify_negative_samples=True,
        num_threads=1,
        random_state=options.seed,
    )

    def report(epoch: int, *_: object) -> None:
        options.report((epoch + 1) / epochs, f"epoch {epoch + 1} of {epochs}")

    with threadpool_limits(1, "blas"):
        model.fit(csr_matrix(taken), show_progress=False, callback=report)
    items = np.array(model.item_factors, dtype=np.float32)
    users = np.array(model.user_factors, dtype=np.float32)
    # implicit keeps the bias of an item as the last number of its vector.
    factors = np.ascontiguousarray(items[:, :-1])
    return users[:, :-1].copy(), factors, items[:, -1].copy()


def fold_in_map(queries: csr_array, users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Return the map from the mean of a user's item factors to the user's factors.

    queries: (n_users, n_items); gives (size, size) float32, by ridge regression.
    """
    known = np.diff(queries.indptr) > 0
    means = (queries @ items)[known].astype(np.float64)
    system = means.T @ means
    size = len(system)
    system += np.eye(size) * (RIDGE * np.trace(system) / size + 1e-12)
    result = np.linalg.solve(system, means.T @ users[known])
    return result.astype(np.float32)
