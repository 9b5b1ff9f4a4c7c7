"""Growth of the time and memory of every fit, and the costs that the planner uses.

    RECSYS_TEST_DATA=folder python benchmarks/engine_scaling.py [--calibrate]

amazon-toys is resampled to 0.1, 1 and 8 million interactions: whole histories of its
users, drawn with replacement, each with a new id. Every fit runs in a process of its
own on one thread. --calibrate adds other data sets, and writes the planner's costs
(django_recsys/learning/resources/costs.json); --sources and --algorithms name
what to run.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from engine_scaling_costs import add_predictions, ratios, write_costs
from engine_scaling_plot import draw, resampled
from engine_scaling_runs import keep, read_runs, write_summary

from django_recsys.learning.algorithms.temporal.selection import choose
from django_recsys.learning.data import Edges, IdMap, Interactions
from django_recsys.learning.data.files import read_interactions
from django_recsys.learning.data.preparation import prepare
from django_recsys.learning.recommender import TrainingOptions
from django_recsys.learning.registry import ALGORITHMS, create
from django_recsys.learning.resources.cost_terms import Sizes

MILLIONS = (0.1, 1.0, 8.0)
SOURCES = ("amazon-toys", "online-retail", "retailrocket-sub", "ml-latest-small")
OTHERS = [(name, share, {}) for name in SOURCES for share in (1.0, 0.4)]
# Without the choice of recency and trend, whose memory hides that of many fits; and
# smaller and larger factors.
BARE = {"recency": 0, "trend": 0}
OTHERS += [(name, 1.0, BARE) for name in SOURCES]
OTHERS += [("resampled", amount, BARE) for amount in (0.3, 1.0, 2.0)]
OTHERS += [("resampled", 0.3, {**BARE, "embedding_size": size}) for size in (32, 256)]
# Deep models are run for the planner alone, for a few epochs: each takes the same time.
DEEP = [name for name, (_, extra) in ALGORITHMS.items() if extra]
CHOICE = "choice"  # of recency and trend: a part of most fits, measured alone
USUAL = [CHOICE, *(name for name in ALGORITHMS if name not in DEEP)]
FEW_EPOCHS = [(name, share, {"epochs": 2}) for name in SOURCES for share in (1.0, 0.4)]
FEW_EPOCHS += [("resampled", 0.5, {"epochs": 1})]
FRIENDS, LABELS = 10, 100  # per user; of all made-up items
LONGEST_SECONDS = 2400
SEED = 5
SMALL_SECONDS, SMALL_GIGABYTES = 0.05, 0.01  # what is smaller is noise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algorithms", default=",".join(USUAL))
    parser.add_argument("--millions", default=",".join(map(str, MILLIONS)))
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--sources", default=",".join((*SOURCES, "resampled")))
    parser.add_argument("--costs-only", action="store_true", help="from stored runs")
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        name, source, amount, settings = options.worker
        print(json.dumps(fit(name, source, float(amount), json.loads(settings))))
        return
    if not options.costs_only:
        for name in options.algorithms.split(","):
            for source, amount, settings in fits_of(name, options):
                keep(run(name, source, amount, settings))
    runs = read_runs()
    if options.calibrate or options.costs_only:
        write_costs(runs)
    found = summary(runs)
    write_summary(found)
    draw(runs, list(found["exponents"]))


def fits_of(name: str, options: argparse.Namespace) -> list[tuple[str, float, Any]]:
    """Return source, amount and hyperparameters of what to run of an algorithm."""
    sizes = [float(each) for each in options.millions.split(",") if each]
    fits: list[tuple[str, float, Any]] = [("resampled", size, {}) for size in sizes]
    if options.calibrate:
        fits += FEW_EPOCHS if name in DEEP else OTHERS
    known = {} if name == CHOICE else create(name).hyperparameters
    result = []
    for source, amount, settings in fits:
        own = {key: value for key, value in settings.items() if key in known}
        if source in options.sources.split(",") and (own or not settings):
            result.append((source, amount, own))
    return result


def run(
    name: str, source: str, amount: float, settings: dict[str, Any]
) -> dict[str, Any]:
    command = [sys.executable, __file__, "--worker", name, source, str(amount)]
    command.append(json.dumps(settings))
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_SECONDS,
            env={**os.environ, **threads},
        )
        error = (done.stderr.strip().splitlines() or ["killed"])[-1]
        result = json.loads(done.stdout) if not done.returncode else {"error": error}
    except subprocess.TimeoutExpired:
        result = {"error": f"longer than {LONGEST_SECONDS} s"}
    key = {"algorithm": name, "source": source, "amount": amount, "set": settings}
    result = {**key, **result}
    print(json.dumps(result), flush=True)
    return result


def fit(
    name: str, source: str, amount: float, settings: dict[str, Any]
) -> dict[str, Any]:
    rows, _ = prepare(interactions(source, amount))
    begin = task(name, settings, rows)
    warm_up(name)
    # Else a small fit reuses memory that reading freed, and seems to take none.
    ctypes.CDLL(None).malloc_trim(0)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # resets the high-water mark
    began, cpu = time.perf_counter(), time.process_time()
    hyperparameters = begin()
    measured = {
        "cpu_seconds": time.process_time() - cpu,
        "seconds": time.perf_counter() - began,
        "memory_bytes": memory("VmHWM") - before,
    }
    sizes = Sizes.of(rows)
    return measured | {
        "sizes": {each: getattr(sizes, each) for each in Sizes.__slots__},
        "hyperparameters": hyperparameters,
    }


def task(
    name: str, settings: dict[str, Any], rows: Interactions
) -> Callable[[], dict[str, Any]]:
    """Return a function that fits and returns the hyperparameters; the choice has none.

    Features and friends are made before, and are not measured.
    """
    options = TrainingOptions(threads=1)

    def alone() -> dict[str, Any]:
        choose(rows, options.seed)
        return {}

    if name == CHOICE:
        return alone
    recommender, beside = create(name, **settings), side_information(name, rows)
    return lambda: recommender.fit(rows, **beside, options=options).hyperparameters


def warm_up(name: str) -> None:
    """Load the libraries, whose time and memory are not the fit's."""
    from django_recsys.testing import taste_clusters

    few = {"epochs": 1} if name in DEEP else {}
    task(name, few, prepare(taste_clusters())[0])()


def side_information(name: str, rows: Interactions) -> dict[str, Any]:
    """Return made-up features or friends for the algorithms that read them."""
    random = np.random.default_rng(SEED)
    if name in ("content", "blend"):
        labels = np.char.add(
            "l", random.integers(0, LABELS, len(rows.items)).astype(str)
        )
        words = random.integers(0, 5000, (len(rows.items), 6)).astype(str)
        titles = [" ".join(f"w{each}" for each in line) for line in words.tolist()]
        return {"items": {"item": rows.items.ids, "category": labels, "title": titles}}
    if name == "social":
        sources = np.repeat(np.arange(len(rows.users)), FRIENDS)
        friends = random.integers(0, len(rows.users), len(sources))
        ids = rows.users.ids
        return {"edges": Edges.from_arrays(ids[sources], ids[friends])}
    return {}


def memory(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"/proc/self/status names no {field}.")


def interactions(source: str, amount: float) -> Interactions:
    """Return a data set, a share of its users, or so many million resampled rows."""
    folder = "amazon-toys" if source == "resampled" else source
    path = Path(os.environ["RECSYS_TEST_DATA"]) / folder / "interactions.parquet"
    rows = read_interactions(path).interactions
    random = np.random.default_rng(SEED)
    if source != "resampled":
        users = random.random(len(rows.users)) < amount
        return rows.select(users[rows.user_indices]).compact()
    counts = np.bincount(rows.user_indices, minlength=len(rows.users))
    requested = int(amount * 1e6)
    drawn = random.integers(0, len(counts), int(2 * requested / counts.mean()))
    drawn = drawn[: int(np.searchsorted(np.cumsum(counts[drawn]), requested)) + 1]
    order = np.argsort(rows.user_indices, kind="stable")
    starts = np.concatenate(([0], np.cumsum(counts)))
    lengths = counts[drawn]
    ends = np.cumsum(lengths)
    taken = order[
        np.repeat(starts[drawn] - (ends - lengths), lengths) + np.arange(ends[-1])
    ]
    chosen = rows.select(taken)
    return Interactions(
        users=IdMap(np.char.zfill(np.arange(len(drawn)).astype(str), 8)),
        items=rows.items,
        user_indices=np.repeat(np.arange(len(drawn), dtype=np.int32), lengths),
        item_indices=chosen.item_indices,
        weights=chosen.weights,
        timestamps=chosen.timestamps,
        has_times=False,
    ).compact()


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return growth exponents, and the ratios of predicted to measured costs."""
    exponents: dict[str, Any] = {}
    for name in ALGORITHMS:
        own = resampled(runs, name)
        if len(own) > 1:
            exponents[name] = {
                kind: exponent(own, kind) for kind in ("cpu_seconds", "memory_bytes")
            }
    add_predictions(runs)
    return {"exponents": exponents, "ratios": ratios(runs)}


def exponent(runs: list[dict[str, Any]], kind: str) -> float | None:
    """Return the slope of the logarithms over all sizes, by least squares.

    Without the sizes whose cost is noise; None where fewer than two are left.
    """
    small = SMALL_SECONDS if kind == "cpu_seconds" else 1e9 * SMALL_GIGABYTES
    seen = [each for each in runs if each[kind] > small]
    if len(seen) < 2:
        return None
    rows = np.log([each["sizes"]["interactions"] for each in seen])
    taken = np.log([each[kind] for each in seen])
    return round(float(np.polyfit(rows, taken, 1)[0]), 2)


if __name__ == "__main__":
    main()
