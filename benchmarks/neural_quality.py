"""The figures of docs/engine/neural-quality.md: every deep model with its defaults.

    RECSYS_TEST_DATA=folder python benchmarks/neural_quality.py [PART ...]

Parts: toys (3 seeds), ids (the same without item features), retail, cold (items that
training never saw), blend (with sasrec among its sources, beside the one without).
Each is the engine's own command line with nothing set. Every run is kept in
benchmarks/results/neural_runs.jsonl; --page-only draws page and plots anew from what
stands.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from neural_page import PLOTTED, write_page
from records import (
    append_run,
    failures_kept,
    headlines,
    merge_summary,
    output_of,
    stamp,
)

from django_recsys.learning.cli.results_table import add_differences
from django_recsys.learning.data import Interactions
from django_recsys.learning.data.files import read_interactions, read_items
from django_recsys.learning.evaluation.evaluator import Evaluation, compare, evaluate
from django_recsys.learning.metrics.bootstrap import bootstrap
from django_recsys.learning.recommender import Recommender, TrainingOptions
from django_recsys.learning.registry import create, get_recommender_class

RUNS = "neural_runs.jsonl"
DEEP = ("sasrec", "gru", "lstm", "cnn", "autoencoder", "two_tower")
DEEP_SOURCES = (("sasrec",), ("sasrec", "gru"))
TOYS = ["amazon-toys", "leave-one-out"]
RETAIL = ["online-retail", "temporal"]
DRAWS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["toys", "retail", "cold", "blend"])
    parser.add_argument("--algorithms", default=",".join(DEEP))
    parser.add_argument("--page-only", action="store_true")
    options = parser.parse_args()
    names = options.algorithms.split(",")
    parts = [] if options.page_only else options.parts
    for part in parts:
        for result in PARTS[part](names):
            keep(part, result)
    write_page()


def toys(names: list[str]) -> Iterator[dict[str, Any]]:
    """Give three seeds of each on amazon-toys."""
    for name in names:
        yield from run(TOYS, name, "--seeds", "3")


def ids(names: list[str]) -> Iterator[dict[str, Any]]:
    """Give the same of those that read item features, without any."""
    for name in names:
        if hasattr(get_recommender_class(name), "with_features"):
            without = f"{name}.with_features=false"
            yield from run(TOYS, name, "--seeds", "3", "--set", without)


def retail(names: list[str]) -> Iterator[dict[str, Any]]:
    """Give one seed of each on online-retail."""
    for name in names:
        yield from run(RETAIL, name)


def cold(names: list[str]) -> Iterator[dict[str, Any]]:
    """Give who finds items that training never saw: a tenth of them, DRAWS times.

    The results of all draws stand together, each draw fitted with a seed of its own.
    """
    path = Path(os.environ["RECSYS_TEST_DATA"]) / TOYS[0]
    rows = read_interactions(path / "interactions.parquet").interactions
    items = read_items(path / "items.parquet")
    found = []
    # `content` as bold about new items as it can be: nothing else is asked here.
    settings = {"popular": {}, "content": {"new_items": 1.0}, "two_tower": {}}
    for name, each in settings.items():
        runs = [
            on_toys(
                create(name, **each),
                rows,
                items=items,
                cold_items=0.1,
                cold_draw=draw,
                options=TrainingOptions(seed=draw),
            )
            for draw in range(DRAWS)
        ]
        found.append(pooled(runs) | {"dataset": TOYS[0]})
    add_differences(found, "content")
    yield from found


def on_toys(model: Recommender, rows: Interactions, **how: Any) -> Evaluation:
    """Evaluate a model on the test of amazon-toys."""
    asked = {"algorithm": model.name, "hyperparameters": model.hyperparameters}
    with failures_kept(RUNS, dataset=TOYS[0], **asked):
        return evaluate(model, rows, TOYS[1], hits="all", **how)


def pooled(runs: list[Evaluation]) -> dict[str, Any]:
    """Return one result of several evaluations that asked different queries."""
    result = runs[0].as_dict()
    everyone = result["segments"]["new-items"]["all"]
    for metric in ("ndcg@10", "hit_rate@10"):
        values = np.concatenate([run.values(metric) for run in runs])
        low, high = bootstrap(values[:, None])
        result[metric] = everyone["metrics"][metric] = float(values.mean())
        everyone["intervals"][metric] = [float(low[0]), float(high[0])]
    values = np.concatenate([run.values("ndcg@10") for run in runs])
    everyone["scored"] = len(values)
    seconds = [run.facts["fit_cpu_seconds"] for run in runs]
    by_draw = [
        {"seed": draw, "ndcg@10": run.metric("ndcg@10")}
        for draw, run in enumerate(runs)
    ]
    return result | {
        "per_user": {"new-items": values.tolist()},
        "fit_cpu_seconds": float(np.mean(seconds)),
        "by_seed": by_draw,
    }


def blend(names: list[str]) -> Iterator[dict[str, Any]]:
    """Give the blend without and with deep models among its sources."""
    path = Path(os.environ["RECSYS_TEST_DATA"]) / TOYS[0]
    rows = read_interactions(path / "interactions.parquet").interactions
    # As the command line does, which reads the file of items beside that of rows.
    items = read_items(path / "items.parquet")
    plain = on_toys(create("blend"), rows, items=items)
    yield plain.as_dict() | {"dataset": TOYS[0]}
    for more in DEEP_SOURCES:
        sources = ",".join((create("blend").hyperparameters["sources"], *more))
        model = create("blend", sources=sources)
        deep = on_toys(model, rows, items=items)
        above = asdict(compare(deep, plain))
        name = "+".join(("blend", *more))
        own = {"dataset": TOYS[0], "algorithm": name, "ndcg@10_above_blend": above}
        yield deep.as_dict() | own


PARTS = {"toys": toys, "ids": ids, "retail": retail, "cold": cold, "blend": blend}


def run(where: list[str], algorithms: str, *more: str) -> list[dict[str, Any]]:
    """Return what the command line says of algorithms on a data set."""
    command = ["-m", "django_recsys.learning", *arguments(where, algorithms, *more)]
    with failures_kept(RUNS, dataset=where[0], algorithm=algorithms, asked=more):
        found: list[dict[str, Any]] = json.loads(output_of(*command))
    for result in found:
        result["dataset"] = where[0]
    return found


def arguments(where: list[str], algorithms: str, *more: str) -> list[str]:
    """Return what the command line is asked for."""
    dataset, protocol = where
    file = Path(os.environ["RECSYS_TEST_DATA"]) / dataset / "interactions.parquet"
    command = ["evaluate", str(file), "--json", "--algorithms", algorithms]
    return [*command, "--protocol", protocol, "--hits", "all", *more]


def keep(part: str, result: dict[str, Any]) -> None:
    """Append the run, and write it over the earlier one of its kind."""
    result = headlines(result) | {**stamp(), "part": part}
    if curve := result.get("curve"):
        # The best epoch on the rows that training sets aside.
        result["validation_ndcg@10"] = max(ndcg for _, ndcg in curve)
    append_run(RUNS, result)
    more = ("curve",) if part == PLOTTED else ()
    merge_summary(f"neural_{part}.json", [result], more=more)


if __name__ == "__main__":
    main()
