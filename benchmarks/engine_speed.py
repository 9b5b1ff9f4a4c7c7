"""The speed of the engine, beside that of specialised libraries.

    RECSYS_TEST_DATA=folder python benchmarks/engine_speed.py [lists ease als pairs one]
        [--lenskit PYTHON]

Two threads each. The libraries run in turn, and medians of CPU and wall seconds go to
benchmarks/results/engine_speed.json: on a shared machine the ratio of two CPU times is
more reliable than wall time. A fit whose memory is measured runs in a process of its
own. LensKit needs an environment of its own; --lenskit names its python.
docs/engine/speed.md is written from the results.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from engine_agreement import ease_metrics
from engine_peers import PEERS, REGULARIZATION, implicit_lists
from engine_quality import completejourney
from engine_scaling import memory, warm_up
from engine_speed_page import PAGE, page
from records import stamp
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from django_recsys.learning.artifacts import load, save
from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories, IdMap, Interactions, TrainingData
from django_recsys.learning.data.files import read_interactions
from django_recsys.learning.data.preparation import prepare
from django_recsys.learning.recommender import Recommender, TrainingOptions
from django_recsys.learning.registry import create

RESULTS = Path(__file__).parent / "results" / "engine_speed.json"
THREADS = 2
ROUNDS = {"lists": 3, "ease": 1, "als": 1, "pairs": 1}
SEED = 7
# Users, items, factors; median and mean length of a history, and the longest.
SHAPES = {
    "6k x 3.7k x 64": (6040, 3706, 64, 96, 166, 2314),
    "22k x 12k x 64": (22_363, 12_101, 64, 6, 9, 204),
    "60k items x 128": (2425, 61_664, 128, 420, 570, 4000),
    "100k items x 128": (2000, 100_000, 128, 40, 60, 1000),
}
# Without the choice of recency and trend, which the other libraries do not make.
SETTINGS: dict[str, dict[str, Any]] = {
    "ease": {"recency": 0, "trend": 0, "regularization": REGULARIZATION},
    "als": {"recency": 0, "trend": 0},
    "item_knn": {"recency": 0, "trend": 0},
    "sequence_rules": {"recency": 0, "trend": 0},
    "bought_together": {},
}
ONE_USER = ("ease", "svd", "item_knn", "graph", "sequence_rules", "bpr", "als")
Turn = Callable[[], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS))
    parser.add_argument("--lenskit", help="python of an environment with lenskit")
    parser.add_argument("--page-only", action="store_true", help="only write the page")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(fit_alone(*options.worker)))
        return
    for part in [] if options.page_only else options.parts:
        keep(part, PARTS[part](options))
    PAGE.write_text(page(json.loads(RESULTS.read_text())))


class FixedFactors(Recommender):
    """Given factors, ranked by the engine's own code."""

    name = "fixed_factors"
    class_capabilities = Capabilities(scores_in_threads=True)

    def __init__(self, users: np.ndarray, items: np.ndarray) -> None:
        self.users, self.vectors = users, items
        self.items_ = IdMap(np.char.zfill(np.arange(len(items)).astype(str), 7))

    def _fit(self, data: TrainingData) -> None:
        """Learn nothing."""

    def _score(self, histories: Histories, user_indices: np.ndarray) -> np.ndarray:
        scores: np.ndarray = self.users[user_indices] @ self.vectors.T
        return scores


def lists(_: argparse.Namespace) -> dict[str, Any]:
    """Return the best ten for all users, seen items left out, from the same factors."""
    return {name: list_shape(*shape) for name, shape in SHAPES.items()}


def list_shape(
    n_users: int, n_items: int, size: int, median: int, mean: int, longest: int
) -> dict[str, Any]:
    random = np.random.default_rng(SEED)
    users = random.standard_normal((n_users, size), dtype=np.float32)
    items = random.standard_normal((n_items, size), dtype=np.float32)
    spread = np.sqrt(2 * np.log(mean / median))
    lengths = np.exp(random.normal(np.log(median), spread, n_users)).astype(int)
    seen = seen_items(random, np.clip(lengths, 1, longest), n_items)
    histories = Histories(
        starts=seen.indptr.astype(np.int64),
        item_indices=seen.indices,
        weights=seen.data,
        n_items=n_items,
    )
    model = FixedFactors(users, items)
    all_users = np.arange(n_users)
    turns = {
        "engine": lambda: model.recommend_indices(histories, all_users, n=10),
        "implicit": partial(implicit_lists, users, items, seen, 10, THREADS),
        "product alone": lambda: multiply_alone(model, users, items),
    }
    result = in_turn(turns, ROUNDS["lists"])
    found, peer = turns["engine"](), turns["implicit"]()
    same = np.isclose(found[1], peer[1], rtol=1e-4, atol=1e-4).all()
    return {**result, "same_scores": bool(same), "pairs": int(seen.nnz)}


def seen_items(
    random: np.random.Generator, lengths: np.ndarray, n_items: int
) -> csr_array:
    """Return (n_users, n_items) of random histories, popular items more often."""
    share = 1 / np.arange(10, n_items + 10) ** 0.8
    owners = np.repeat(np.arange(len(lengths)), lengths)
    items = random.choice(n_items, len(owners), p=share / share.sum())
    ones = np.ones(len(owners), dtype=np.float32)
    seen = csr_array((ones, (owners, items)), shape=(len(lengths), n_items))
    seen.sum_duplicates()
    seen.data[:] = 1
    return seen


def multiply_alone(model: Recommender, users: np.ndarray, items: np.ndarray) -> None:
    """Multiply in the slices and threads of the engine, and keep nothing."""
    from django_recsys.learning.numerics.threads import in_threads

    def product(part: slice) -> tuple[np.ndarray, np.ndarray]:
        scores = users[part] @ items.T
        return scores[:1, :1].copy(), scores[:1, :1].copy()

    in_threads(product, model._slices(len(users)))


def ease(options: argparse.Namespace) -> dict[str, Any]:
    """Return EASE on amazon-toys, beside the inversion of such a matrix alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = interactions_of("amazon-toys", Path(folder))
        names = ["ease", "potrf and potri", "numpy.linalg.inv"]
        turns = {name: partial(alone, name, path) for name in names}
        if options.lenskit:
            turns["lenskit"] = partial(alone, "lenskit", path, options.lenskit)
        result = in_turn_alone(turns, ROUNDS["ease"])
        if options.lenskit:
            rows, _ = prepare(read_interactions(Path(path)).interactions)
            peers = Path(__file__).parent / "engine_peers.py"
            result["same_metrics"] = ease_metrics(
                rows, options.lenskit, peers, REGULARIZATION
            )
    n_items = result["ease"]["items"]
    result["ease"]["dense_matrices"] = result["ease"]["memory_bytes"] / (4 * n_items**2)
    return result


def als(_: argparse.Namespace) -> dict[str, Any]:
    """Return our fit and implicit's own of the same settings, on amazon-toys."""
    with tempfile.TemporaryDirectory() as folder:
        path = interactions_of("amazon-toys", Path(folder))
        turns = {name: partial(alone, name, path) for name in ("als", "implicit als")}
        return in_turn_alone(turns, ROUNDS["als"])


def pairs(_: argparse.Namespace) -> dict[str, Any]:
    """Return the tables of pairs on completejourney, beside implicit's cosine."""
    names = ("implicit cosine", "item_knn", "sequence_rules", "bought_together")
    with tempfile.TemporaryDirectory() as folder:
        path = interactions_of("completejourney", Path(folder))
        turns = {name: partial(alone, name, path) for name in names}
        return in_turn_alone(turns, ROUNDS["pairs"])


def one(_: argparse.Namespace) -> dict[str, Any]:
    """Return the time of one user's list by a loaded model, at 20k items."""
    random = np.random.default_rng(SEED)
    lengths = np.clip(np.exp(random.normal(np.log(30), 1, 4000)), 2, 500).astype(int)
    seen = seen_items(random, lengths, 20_000).tocoo()
    rows, _ = prepare(
        Interactions.from_arrays(seen.row.astype(str), seen.col.astype(str))
    )
    return {"items": rows.item_count()} | {
        name: one_user(name, rows) for name in ONE_USER
    }


def one_user(name: str, rows: Interactions) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        settings = {"epochs": 3} if name in ("als", "bpr") else {}
        save(create(name, **settings).fit(rows), path)
        model = load(path)
    histories, ids = rows.histories(), rows.items.ids
    taken = []
    for user in range(300):
        own = slice(*histories.starts[user : user + 2])
        history = ids[histories.item_indices[own]].tolist()
        began = time.perf_counter()
        model.recommend([""], n=10, histories=[history])
        taken.append(time.perf_counter() - began)
    return {
        "median_ms": 1e3 * statistics.median(taken),
        "p95_ms": 1e3 * float(np.percentile(taken, 95)),
    }


PARTS = {"lists": lists, "ease": ease, "als": als, "pairs": pairs, "one": one}


def in_turn(turns: dict[str, Turn], rounds: int) -> dict[str, Any]:
    """Run each in turn in this process; one round to warm up does not count."""
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in turns}
    for _ in range(rounds + 1):
        for name, turn in turns.items():
            cpu, began = time.process_time(), time.perf_counter()
            turn()
            wall = time.perf_counter() - began
            measured[name].append((time.process_time() - cpu, wall))
    return {
        name: dict(
            zip(
                ("cpu_seconds", "seconds"),
                np.median(values[1:], axis=0).round(4).tolist(),
                strict=True,
            )
        )
        for name, values in measured.items()
    }


def in_turn_alone(turns: dict[str, Turn], rounds: int) -> dict[str, Any]:
    """Run each in turn in a process of its own; return medians."""
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in turns}
    for _ in range(rounds):
        for name, turn in turns.items():
            measured[name].append(turn())
            print(json.dumps({name: measured[name][-1]}), flush=True)
    return {
        name: {
            key: statistics.median(each[key] for each in values) for key in values[0]
        }
        for name, values in measured.items()
    }


def alone(name: str, path: Path, python: str = sys.executable) -> dict[str, float]:
    """Fit in a process of its own, with the same threads for every library."""
    script = __file__ if python == sys.executable else "engine_peers.py"
    command = [python, str(Path(__file__).parent / script), "--worker", name, str(path)]
    counts = {f"{name}_NUM_THREADS": str(THREADS) for name in ("OMP", "OPENBLAS")}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **counts},
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def fit_alone(name: str, path: str) -> dict[str, float]:
    rows, _ = prepare(read_interactions(Path(path)).interactions)
    if name in PEERS:
        fit = PEERS[name](rows, THREADS)
    else:
        warm_up(name)
        model = create(name, **SETTINGS[name])
        options = TrainingOptions(threads=THREADS)
        fit = partial(model.fit, rows, options=options)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # resets the high-water mark
    cpu, began = time.process_time(), time.perf_counter()
    with threadpool_limits(THREADS):
        fit()
    return {
        "cpu_seconds": time.process_time() - cpu,
        "seconds": time.perf_counter() - began,
        "memory_bytes": memory("VmHWM") - before,
        "peak_bytes": memory("VmHWM"),
        "items": rows.item_count(),
        "interactions": len(rows),
    }


def interactions_of(dataset: str, folder: Path) -> Path:
    if dataset == "completejourney":
        return completejourney(folder)
    return Path(os.environ["RECSYS_TEST_DATA"]) / dataset / "interactions.parquet"


def keep(part: str, measured: dict[str, Any]) -> None:
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[part] = {**stamp(), "measured": measured}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    print(json.dumps({part: results[part]}, indent=1), flush=True)


if __name__ == "__main__":
    main()
