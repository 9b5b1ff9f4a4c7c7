"""How time and memory of every fit grow, and the costs that the planner predicts by.

    RECSYS_TEST_DATA=folder python benchmarks/engine_scaling.py [--calibrate]

amazon-toys is resampled to 0.1, 1 and 8 million interactions: whole histories of its
users, drawn with replacement, each under a new name. Every fit runs in a process of
its own on one thread. --calibrate adds other data sets, and writes the planner's costs
(django_recsys/learning/planning_costs.py) by least squares on relative errors.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from engine_scaling_plot import draw, resampled

from django_recsys.learning.base import TrainingOptions
from django_recsys.learning.id_map import IdMap
from django_recsys.learning.interactions import Interactions
from django_recsys.learning.planning_terms import (
    MEMORY_TERMS,
    OTHER_MEMORY,
    OTHER_SECONDS,
    SECOND_TERMS,
    TERMS,
    Sizes,
    choice_bytes,
)
from django_recsys.learning.preparation import prepare
from django_recsys.learning.registry import ALGORITHMS, create
from django_recsys.learning.tables import read_interactions

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "engine_scaling.json"
COSTS = ROOT / "django_recsys" / "learning" / "planning_costs.py"
MILLIONS = (0.1, 1.0, 8.0)
SOURCES = ("amazon-toys", "online-retail", "retailrocket-sub", "ml-latest-small")
OTHERS = [(name, share, {}) for name in SOURCES for share in (1.0, 0.4)]
# Without the choice of the recency, whose memory hides that of many fits; and smaller
# and larger factors.
BARE = {"recency": 0}
OTHERS += [(name, 1.0, BARE) for name in SOURCES]
OTHERS += [("resampled", amount, BARE) for amount in (0.3, 1.0, 2.0)]
OTHERS += [("resampled", 0.3, {**BARE, "embedding_size": size}) for size in (32, 256)]
# content and social need more than interactions; deep models have a page of their own.
USUAL = [
    name
    for name, (_, extra) in ALGORITHMS.items()
    if name not in ("content", "social") and not extra
]
LONGEST_SECONDS = 900
SEED = 5
SMALL_SECONDS, SMALL_GIGABYTES = 0.1, 0.01  # what is smaller is noise
FEWEST_RUNS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algorithms", default=",".join(USUAL))
    parser.add_argument("--millions", default=",".join(map(str, MILLIONS)))
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--costs-only", action="store_true", help="from what stands")
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        name, source, amount, settings = options.worker
        print(json.dumps(fit(name, source, float(amount), json.loads(settings))))
        return
    if not options.costs_only:
        sizes = [float(each) for each in options.millions.split(",") if each]
        wanted = [("resampled", size, {}) for size in sizes]
        for source, amount, settings in [
            *wanted,
            *(OTHERS if options.calibrate else []),
        ]:
            for name in options.algorithms.split(","):
                if set(settings) <= set(create(name).hyperparameters):
                    keep(run(name, source, amount, settings))
    runs = json.loads(RESULTS.read_text())["runs"]
    if options.calibrate or options.costs_only:
        write_costs(runs)
    found = summary(runs)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    draw(runs, list(found["exponents"]))


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
    recommender = create(name, **settings)
    warm_up(name)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the high water mark starts anew
    began, cpu = time.perf_counter(), time.process_time()
    recommender.fit(rows, options=TrainingOptions(threads=1))
    measured = {
        "cpu_seconds": time.process_time() - cpu,
        "seconds": time.perf_counter() - began,
        "memory_bytes": memory("VmHWM") - before,
    }
    sizes = Sizes.of(rows)
    return measured | {
        "sizes": {each: getattr(sizes, each) for each in Sizes.__slots__},
        "hyperparameters": recommender.hyperparameters,
    }


def warm_up(name: str) -> None:
    """Load the libraries, whose time and memory are not the fit's."""
    from django_recsys.testing import taste_clusters

    create(name).fit(prepare(taste_clusters())[0])


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
    wanted = int(amount * 1e6)
    drawn = random.integers(0, len(counts), int(2 * wanted / counts.mean()))
    drawn = drawn[: int(np.searchsorted(np.cumsum(counts[drawn]), wanted)) + 1]
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


def keep(result: dict[str, Any]) -> None:
    """Write the run over an earlier one of the same."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"runs": []}
    key = ("algorithm", "source", "amount", "set")
    others = [
        each for each in results["runs"] if any(each.get(k) != result[k] for k in key)
    ]
    results["runs"] = [*others, result]
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


def write_costs(runs: list[dict[str, Any]]) -> None:
    costs = {}
    for name in ALGORITHMS:
        own = [each for each in runs if each["algorithm"] == name and "sizes" in each]
        # Where the choice of the recency is the peak, the fit itself is not seen.
        apart = [each for each in own if each["memory_bytes"] > 1.1 * choice(each)]
        if len(own) >= FEWEST_RUNS:
            memory_terms = MEMORY_TERMS.get(name, OTHER_MEMORY)
            second_terms = SECOND_TERMS.get(name, OTHER_SECONDS)
            gigabytes = [each["memory_bytes"] / 1e9 for each in apart]
            seconds = [each["cpu_seconds"] for each in own]
            costs[name] = {
                "memory": solved(apart, memory_terms, gigabytes, SMALL_GIGABYTES),
                "seconds": solved(own, second_terms, seconds, SMALL_SECONDS),
            }
    head = COSTS.read_text().split("COSTS:")[0]
    kind = "dict[str, dict[str, dict[str, float]]]"
    COSTS.write_text(f"{head}COSTS: {kind} = {json.dumps(costs, indent=4)}\n")
    command = [sys.executable, "-m", "ruff", "format", "--quiet", str(COSTS)]
    subprocess.run(command, check=True)


def choice(run: dict[str, Any]) -> float:
    return choice_bytes(*given(run))


def solved(
    runs: list[dict[str, Any]],
    terms: tuple[str, ...],
    measured: list[float],
    small: float,
) -> dict[str, float]:
    """Return the costs that come closest in the logarithm, none below zero."""
    from scipy.optimize import least_squares, nnls

    if not runs:
        return {}
    amounts = np.array([[TERMS[t](*given(run)) for t in terms] for run in runs])
    wanted = np.array(measured) + small
    start, _ = nnls(amounts / wanted[:, None], np.ones(len(wanted)))
    found = least_squares(
        lambda costs: np.log((amounts @ costs + small) / wanted),
        start + 1e-6,
        bounds=(0, np.inf),
        x_scale=np.maximum(start, 1e-3),
    ).x
    return {
        term: float(f"{cost:.3g}")
        for term, cost in zip(terms, found, strict=True)
        if cost > 1e-5
    }


def given(run: dict[str, Any]) -> tuple[Sizes, dict[str, Any]]:
    return Sizes(**run["sizes"]), run["hyperparameters"]


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return growth exponents, and predicted against measured."""
    from django_recsys.learning import planner, planning_costs

    sys.modules.pop(planning_costs.__name__)
    exec(COSTS.read_text(), (fresh := {}))  # noqa: S102
    planner.COSTS.clear()
    planner.COSTS.update(fresh["COSTS"])
    exponents: dict[str, Any] = {}
    for name in ALGORITHMS:
        own = resampled(runs, name)
        if len(own) > 1:
            exponents[name] = {
                kind: exponent(own, kind) for kind in ("cpu_seconds", "memory_bytes")
            }
    for each in runs:
        if "sizes" in each:
            sizes, settings = given(each)
            found = planner.plan(each["algorithm"], sizes, settings)
            if found is not None:
                each["predicted_memory_bytes"] = round(found.memory_bytes)
                each["predicted_cpu_seconds"] = round(found.cpu_seconds, 3)
    return {"exponents": exponents, "runs": runs}


def exponent(runs: list[dict[str, Any]], kind: str) -> float | None:
    """Return the slope of the logarithms over all sizes, by least squares.

    Without the sizes at which the fit is lost in the noise; None where one is left.
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
