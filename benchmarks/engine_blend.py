"""The blend beside each of its sources: paired intervals, for docs/engine/quality.md.

    RECSYS_TEST_DATA=folder python benchmarks/engine_blend.py [online-retail ...]

Blend and sources are evaluated with their defaults on the test of `temporal`, and
compared over the same users. Writes benchmarks/results/engine_blend.json;
engine_quality.py --page-only writes the page.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine_quality import BLEND, RUNS, completejourney, given, items_beside
from records import append_run, failures_kept, headlines, stamp

from django_recsys.learning.data import Interactions
from django_recsys.learning.data.files import read_interactions
from django_recsys.learning.evaluation.evaluator import Evaluation, compare, evaluate
from django_recsys.learning.registry import (
    capabilities_of,
    create,
)

DATASETS = ("online-retail", "completejourney")
SOURCES = [*create("blend").hyperparameters["sources"].split(","), "popular"]
TASKS = ("new-items", "any-items")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="*", default=list(DATASETS))
    found = json.loads(BLEND.read_text()) if BLEND.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        for dataset in parser.parse_args().datasets:
            above = above_sources(dataset, *data_of(dataset, Path(folder)))
            found[dataset] = {**stamp(), "above": above}
            print(json.dumps({dataset: found[dataset]}), flush=True)
            BLEND.write_text(json.dumps(found, indent=1) + "\n")


def data_of(dataset: str, folder: Path) -> tuple[Interactions, Any]:
    path = completejourney(folder) if dataset == "completejourney" else given(dataset)
    return read_interactions(path).interactions, items_beside(path)


def above_sources(
    dataset: str, rows: Interactions, items: Any
) -> dict[str, dict[str, Any]]:
    """Return source -> task -> its NDCG@10, and the blend's paired difference."""

    def evaluated(name: str) -> Evaluation:
        with failures_kept(RUNS, dataset=dataset, algorithm=name):
            evaluation = evaluate(name, rows, "temporal", hits="all", items=items)
        of = {**stamp(), "dataset": dataset}
        append_run(RUNS, headlines(evaluation.as_dict()) | of)
        return evaluation

    blend = evaluated("blend")
    result: dict[str, dict[str, Any]] = {}
    for name in SOURCES:
        if items is None and capabilities_of(name).needs_items:
            continue
        source = evaluated(name)
        result[name] = {
            task: {"ndcg@10": source.metric(task=task)}
            | asdict(compare(blend, source, task=task))
            for task in TASKS
        }
    return result


if __name__ == "__main__":
    main()
