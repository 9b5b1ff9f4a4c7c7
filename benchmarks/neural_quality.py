"""The figures of docs/engine/neural-quality.md: every deep model with its defaults.

    RECSYS_TEST_DATA=folder python benchmarks/neural_quality.py [PART ...]

Parts: toys (3 seeds), retail, cold (items that training never saw), blend (with sasrec
among its sources, beside the one without). Each is the engine's own command line with
nothing set. Every run is kept in benchmarks/results/neural_runs.jsonl; --page-only
draws page and plots anew from what stands.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from neural_page import write_page

from django_recsys.learning.apart import run_apart
from django_recsys.learning.evaluation import compare, evaluate
from django_recsys.learning.registry import create
from django_recsys.learning.reporting import combine_seeds, differences
from django_recsys.learning.tables import read_interactions

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
DEEP = ("sasrec", "gru", "lstm", "cnn", "autoencoder", "two_tower")
SOURCES = "ease,als,item_knn,graph,sequence_rules,trending,buy_again"
TOYS = ["amazon-toys", "leave-one-out"]
RETAIL = ["online-retail", "temporal"]


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
    write_page(RESULTS)


def toys(names: list[str]) -> Iterator[dict[str, Any]]:
    """Give three seeds of each on amazon-toys."""
    for name in names:
        yield from run(TOYS, name, "--seeds", "3")


def retail(names: list[str]) -> Iterator[dict[str, Any]]:
    """Give one seed of each on online-retail."""
    for name in names:
        yield from run(RETAIL, name)


def cold(names: list[str]) -> Iterator[dict[str, Any]]:
    """Give who finds items that training never saw: a tenth of them, held out."""
    found = []
    for name in ("popular", "content", "two_tower"):
        asked = [
            arguments(TOYS, name, "--cold-items", "0.1", "--seed", str(seed))
            for seed in range(3)
        ]
        # One by one, for the command line keeps nothing per user of several.
        runs = [run_apart([*each, "--in-process"], name) for each in asked]
        found.append(combine_seeds(runs) | {"dataset": TOYS[0]})
    differences(found, "content")
    yield from found


def blend(names: list[str]) -> Iterator[dict[str, Any]]:
    """Give the blend without and with a transformer among its sources."""
    path = Path(os.environ["RECSYS_TEST_DATA"]) / TOYS[0] / "interactions.parquet"
    rows = read_interactions(path).interactions
    plain = evaluate("blend", rows, TOYS[1])
    yield plain.as_dict()
    deep = evaluate(create("blend", sources=f"{SOURCES},sasrec"), rows, TOYS[1])
    above = asdict(compare(deep, plain))
    yield deep.as_dict() | {"algorithm": "blend+sasrec", "ndcg@10_above_blend": above}


PARTS = {"toys": toys, "retail": retail, "cold": cold, "blend": blend}


def run(where: list[str], algorithms: str, *more: str) -> list[dict[str, Any]]:
    """Return what the command line says of algorithms on a data set."""
    command = ["-m", "django_recsys.learning", *arguments(where, algorithms, *more)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    for result in found:
        result["dataset"] = where[0]
    return found


def arguments(where: list[str], algorithms: str, *more: str) -> list[str]:
    """Return what the command line is asked for."""
    dataset, protocol = where
    file = Path(os.environ["RECSYS_TEST_DATA"]) / dataset / "interactions.parquet"
    command = ["evaluate", str(file), "--json", "--algorithms", algorithms]
    return [*command, "--protocol", protocol, *more]


def keep(part: str, result: dict[str, Any]) -> None:
    """Append the run, and write it over the earlier one of its kind."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    held_out = [point[1] for point in result.get("curve", [])]
    if held_out:
        result["held_out_ndcg@10"] = max(held_out)
    result |= {"part": part, "commit": commit.stdout.strip(), "day": str(date.today())}
    line = {name: result[name] for name in KEPT if name in result}
    with (RESULTS / "neural_runs.jsonl").open("a") as file:
        print(json.dumps(line), file=file)
    print(json.dumps(line), flush=True)
    path = RESULTS / f"neural_{part}.json"
    before = json.loads(path.read_text()) if path.exists() else []
    merged = {each["algorithm"]: each for each in before}
    merged[result["algorithm"]] = result
    path.write_text(json.dumps(list(merged.values()), indent=1) + "\n")


KEPT = (
    "day",
    "commit",
    "part",
    "dataset",
    "algorithm",
    "seed",
    "hyperparameters",
    "ndcg@10",
    "hit_rate@10",
    "by_seed",
    "ndcg@10_above_blend",
    "ndcg@10_above_content",
    "held_out_ndcg@10",
    "curve",
    "fit_cpu_seconds",
    "peak_rss_bytes",
)

if __name__ == "__main__":
    main()
