"""Weights per kind of interaction, beside equal weights for all kinds.

    RECSYS_TEST_DATA=folder python benchmarks/engine_kinds.py

retailrocket-sub has no order: the purchased pairs are divided into five seeded folds,
and each fold in turn is the test with all its rows (given-split). The result is of the
first fold, and of all five. ``weighed`` has the default weights; ``alike`` weighs
every kind 1; ``binary`` ignores the weights. Without an order there is no recency.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from records import RESULTS, append_run, failures_kept, headlines, stamp

from django_recsys.learning.data import Interactions, pair_codes
from django_recsys.learning.data.files import read_interactions
from django_recsys.learning.evaluation.evaluator import evaluate
from django_recsys.learning.kinds import KIND_WEIGHTS
from django_recsys.learning.metrics.bootstrap import bootstrap
from django_recsys.learning.registry import create

RESULT = RESULTS / "engine_kinds.json"
RUNS = "engine_runs.jsonl"
DATASET = "retailrocket-sub"
FOLDS = 5
SEED = 0
ALIKE = dict.fromkeys(KIND_WEIGHTS, 1.0)
WAYS: Mapping[str, tuple[Mapping[str, float], Mapping[str, Any]]] = {
    "weighed": (KIND_WEIGHTS, {"recency": 0.0}),
    "alike": (ALIKE, {"recency": 0.0}),
    "binary": (KIND_WEIGHTS, {"recency": 0.0, "strength_power": 0.0}),
}


def main() -> None:
    folder = Path(os.environ["RECSYS_TEST_DATA"]) / DATASET
    rows = read_interactions(folder / "interactions.parquet").interactions
    parts = folds_of_purchases(rows)
    values = {way: [ndcg(rows, way, part) for part in parts] for way in WAYS}
    result = {"date": date.today().isoformat(), "algorithm": "item_knn", "seed": SEED}
    for label, some in (("one_fifth", slice(0, 1)), ("all_fifths", slice(None))):
        joined = {way: np.concatenate(each[some]) for way, each in values.items()}
        result[label] = figures(joined)
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def folds_of_purchases(rows: Interactions) -> list[np.ndarray]:
    """Return five (n_rows,) bool masks: the pairs of each fold, with all their rows."""
    codes = pair_codes(rows)
    bought = np.unique(codes[rows.is_kind("purchase")])
    shuffled = np.random.default_rng(SEED).permutation(bought)
    return [np.isin(codes, shuffled[at::FOLDS]) for at in range(FOLDS)]


def ndcg(rows: Interactions, way: str, is_test: np.ndarray) -> np.ndarray:
    """Return NDCG@10 of each evaluated user."""
    kind_weights, hyperparameters = WAYS[way]
    model = create("item_knn", **hyperparameters)
    of = {"part": way, "dataset": DATASET}
    with failures_kept(RUNS, **of, algorithm=model.name):
        evaluation = evaluate(
            model,
            rows,
            "given-split",
            is_test=is_test,
            hits="all",
            kind_weights=kind_weights,
        )
    append_run(RUNS, headlines(evaluation.as_dict()) | stamp() | of)
    return evaluation.values()


def figures(values: Mapping[str, np.ndarray]) -> dict[str, Any]:
    found: dict[str, Any] = {"asked": len(values["weighed"])}
    for way, each in values.items():
        found[way] = {"ndcg@10": float(each.mean())}
        if way == "weighed":
            continue
        difference = values["weighed"] - each
        low, high = bootstrap(difference[:, None])
        found[way]["weighed_above_it"] = {
            "mean": float(difference.mean()),
            "low": float(low[0]),
            "high": float(high[0]),
        }
    return found


if __name__ == "__main__":
    main()
