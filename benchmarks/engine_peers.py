"""The libraries that engine_speed.py compares with, each called in its fastest way.

LensKit runs in an environment of its own, without django_recsys: nothing is imported
before it is needed.

    python benchmarks/engine_peers.py --worker lenskit FILE [WEIGHTS]
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from django_recsys.learning.data import Interactions

REGULARIZATION = 200.0  # of EASE, ours and theirs
NEIGHBORS = 50


def implicit_lists(
    users: np.ndarray, items: np.ndarray, seen: csr_array, n: int, threads: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return implicit's own lists; BLAS has one thread, as implicit recommends."""
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    model = AlternatingLeastSquares(factors=users.shape[1], num_threads=threads)
    model.user_factors, model.item_factors = users, items
    with threadpool_limits(1, "blas"):
        found: tuple[np.ndarray, np.ndarray] = model.recommend(
            np.arange(len(users)), csr_matrix(seen), N=n
        )
    return found


def cosine(rows: Interactions, threads: int) -> Callable[[], Any]:
    from implicit.nearest_neighbours import CosineRecommender
    from scipy.sparse import csr_matrix

    model = CosineRecommender(K=NEIGHBORS, num_threads=threads)
    return lambda: model.fit(csr_matrix(rows.user_items()), show_progress=False)


def implicit_als(rows: Interactions, threads: int) -> Callable[[], Any]:
    """Return a fit with the factors, epochs and weights of ours."""
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    from django_recsys.learning.registry import create

    ours = create("als", recency=0, trend=0, epochs=1).fit(rows)
    model = AlternatingLeastSquares(
        factors=ours.item_factors_.shape[1],
        regularization=float(ours.ridge_),
        alpha=1.0,
        iterations=create("als").epochs,
        num_threads=threads,
        random_state=0,
    )

    def fit() -> None:
        taken = csr_matrix(rows.user_items())
        taken.data[:] = 1 + ours.confidence_
        with threadpool_limits(1, "blas"):
            model.fit(taken, show_progress=False)

    return fit


def lapack_inverse(rows: Interactions, threads: int) -> Callable[[], Any]:
    """Return LAPACK's factorisation and inverse alone, of a ready matrix."""
    from scipy.linalg import lapack

    matrix = _gram(rows)

    def invert() -> None:
        factor, _ = lapack.spotrf(matrix, lower=1, overwrite_a=1, clean=0)
        lapack.spotri(factor, lower=1, overwrite_c=1)

    return invert


def numpy_inverse(rows: Interactions, threads: int) -> Callable[[], Any]:
    return partial(np.linalg.inv, _gram(rows))


def _gram(rows: Interactions) -> np.ndarray:
    taken = rows.user_items()
    taken.data[:] = 1
    matrix = np.asarray((taken.T @ taken).toarray(order="F"), dtype=np.float32)
    matrix[np.diag_indices(len(matrix))] += REGULARIZATION
    return matrix


PEERS = {
    "implicit cosine": cosine,
    "implicit als": implicit_als,
    "potrf and potri": lapack_inverse,
    "numpy.linalg.inv": numpy_inverse,
}


def lenskit(path: str, weights: str | None = None) -> dict[str, float]:
    """Fit LensKit's EASE; its weights go to a file where one is named."""
    import pandas as pd
    from lenskit.data import from_interactions_df
    from lenskit.knn import EASEScorer

    rows = pd.read_parquet(path)[["user", "item"]]
    data = from_interactions_df(
        rows.rename(columns={"user": "user_id", "item": "item_id"})
    )
    small = from_interactions_df(
        pd.DataFrame({"user_id": [1, 1, 2], "item_id": [1, 2, 1]})
    )
    EASEScorer(regularization=REGULARIZATION).train(small)  # loads the libraries
    model = EASEScorer(regularization=REGULARIZATION)
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    cpu, began = time.process_time(), time.perf_counter()
    model.train(data)
    result = {
        "cpu_seconds": time.process_time() - cpu,
        "seconds": time.perf_counter() - began,
        "memory_bytes": _memory("VmHWM") - before,
        "peak_bytes": _memory("VmHWM"),
        "items": data.item_count,
        "interactions": len(rows),
    }
    if weights:
        ids = np.array(model.items.ids()).astype(str)
        np.savez(weights, ids=ids, weights=model.weights)
    return result


def _memory(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"/proc/self/status names no {field}.")


if __name__ == "__main__":
    print(json.dumps(lenskit(*sys.argv[3:])))
