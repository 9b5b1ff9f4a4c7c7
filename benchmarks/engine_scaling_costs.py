"""The costs that the planner uses, fitted to the runs of engine_scaling.py."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from engine_scaling_terms import (
    CHOICE_MEMORY,
    CHOICE_SECONDS,
    MEMORY_TERMS,
    OTHER_MEMORY,
    OTHER_SECONDS,
    SECOND_TERMS,
)

from django_recsys.learning.registry import ALGORITHMS
from django_recsys.learning.resources.cost_terms import (
    TERMS,
    Settings,
    Sizes,
)
from django_recsys.learning.resources.costs import CHOICE, COSTS, FILE
from django_recsys.learning.resources.planner import (
    GIGABYTE,
    of_parts,
    plan,
)

SMALL_SECONDS, SMALL_GIGABYTES = 0.05, 0.01  # what is smaller is noise
FEWEST_RUNS = 4
FACTOR = 2.0
"""Largest ratio of predicted to measured costs, of fits above the floors."""
FLOORS = {"memory_bytes": 50e6, "cpu_seconds": 0.5}
"""Smaller costs are noise, and need no plan."""

Run = dict[str, Any]


def write_costs(runs: list[Run]) -> None:
    """Fit the costs to the runs, and write them."""
    _learn_choice([each for each in runs if each["algorithm"] == "choice"])
    # A blend last: it needs the costs of its sources.
    for name in sorted(ALGORITHMS, key=lambda each: each == "blend"):
        own = [each for each in runs if each["algorithm"] == name and "sizes" in each]
        if len(own) >= FEWEST_RUNS:
            COSTS[name] = _costs_of(name, own)
    ordered = {name: COSTS[name] for name in ALGORITHMS if name in COSTS}
    lines = (
        f"  {json.dumps(name)}: {json.dumps(costs)}"
        for name, costs in {"choice": CHOICE, **ordered}.items()
    )
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _learn_choice(runs: list[Run]) -> None:
    nothing = np.zeros(len(runs))
    gigabytes, seconds = _measured(runs)
    CHOICE["memory"] = solved(
        _amounts(runs, CHOICE_MEMORY), gigabytes, nothing, nothing, SMALL_GIGABYTES
    )
    CHOICE["seconds"] = solved(
        _amounts(runs, CHOICE_SECONDS), seconds, nothing, nothing, SMALL_SECONDS
    )


def _costs_of(name: str, runs: list[Run]) -> dict[str, dict[str, float]]:
    """Return the costs of an algorithm, without those of its parts."""
    parts = [of_parts(*given(each)) for each in runs]
    kept, passing, known = np.array(parts).T
    gigabytes, seconds = _measured(runs)
    of_memory = _amounts(runs, MEMORY_TERMS.get(name, OTHER_MEMORY))
    of_seconds = _amounts(runs, SECOND_TERMS.get(name, OTHER_SECONDS))
    return {
        "memory": solved(
            of_memory, gigabytes, kept / GIGABYTE, passing / GIGABYTE, SMALL_GIGABYTES
        ),
        "seconds": solved(
            of_seconds, seconds, known, np.zeros(len(runs)), SMALL_SECONDS
        ),
    }


def _measured(runs: list[Run]) -> tuple[np.ndarray, np.ndarray]:
    """Return gigabytes and CPU seconds."""
    gigabytes = np.array([each["memory_bytes"] / GIGABYTE for each in runs])
    return gigabytes, np.array([each["cpu_seconds"] for each in runs])


def _amounts(runs: list[Run], terms: Sequence[str]) -> dict[str, np.ndarray]:
    return {t: np.array([TERMS[t](*given(each)) for each in runs]) for t in terms}


def solved(
    amounts: dict[str, np.ndarray],
    measured: np.ndarray,
    known: np.ndarray,
    least: np.ndarray,
    small: float,
) -> dict[str, float]:
    """Return the costs with the least error in the logarithm, none below zero.

    All of (n_runs,): the amounts of each term, the measured total of a run, its known
    part, and the least that it can be. The fourth powers of the errors are summed, as
    the planner promises that none is large.
    """
    from scipy.optimize import least_squares, nnls

    columns = np.column_stack(list(amounts.values()))
    target = measured + small
    start, _ = nnls(columns / target[:, None], np.maximum(measured - known, 0) / target)

    def squared_errors(costs: np.ndarray) -> np.ndarray:
        predicted = np.maximum(columns @ costs + known, least)
        result: np.ndarray = np.log((predicted + small) / target) ** 2
        return result

    found = least_squares(
        squared_errors,
        start + 1e-6,
        bounds=(0, np.inf),
        x_scale=np.maximum(start, 1e-3),
    ).x
    return {
        term: float(f"{cost:.3g}")
        for term, cost in zip(amounts, found, strict=True)
        if cost > 1e-5
    }


def given(run: Run) -> tuple[Sizes, Settings]:
    """Return the sizes and settings of a run."""
    return Sizes(**run["sizes"]), run["hyperparameters"]


def add_predictions(runs: list[Run]) -> None:
    """Add the planner's estimate to every finished fit."""
    for each in runs:
        if "sizes" in each and each["algorithm"] in COSTS:
            found = plan(each["algorithm"], *given(each))
            each["predicted_memory_bytes"] = round(found.memory_bytes)
            each["predicted_cpu_seconds"] = round(found.cpu_seconds, 3)


def ratios(runs: list[Run]) -> dict[str, dict[str, list[float]]]:
    """Return the smallest and the largest predicted / measured, above the floors.

    By algorithm and kind; no kind of which all fits are below the floor.
    """
    result: dict[str, dict[str, list[float]]] = {}
    for name in ALGORITHMS:
        own = [each for each in runs if each["algorithm"] == name]
        result[name] = {}
        for kind, floor in FLOORS.items():
            found = [
                each[f"predicted_{kind}"] / each[kind]
                for each in own
                if each.get(kind, 0) > floor
            ]
            if found:
                ends = (min(found), max(found))
                result[name][kind] = [round(end, 2) for end in ends]
    return result
