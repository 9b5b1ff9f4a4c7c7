"""The error of predicted ratings, beside scikit-surprise's SVD on the same split.

    RECSYS_TEST_DATA=folder python benchmarks/engine_ratings.py --peer PYTHON

PYTHON is the interpreter of an environment with scikit-surprise, which need not be
this one. Both models keep their defaults and are fitted on the same four fifths of the
ratings of ml-latest-small, for three seeds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from records import RESULTS, append_run, failures_kept, stamp

from django_recsys.learning.data import Interactions
from django_recsys.learning.data.files import read_interactions
from django_recsys.learning.evaluation.ratings import TEST_SHARE, evaluate_ratings
from django_recsys.learning.metrics.ratings import rating_metrics
from django_recsys.learning.options import TrainingOptions

RESULT = RESULTS / "engine_ratings.json"
RUNS = "engine_runs.jsonl"
DATASET = "ml-latest-small"
SEEDS = (0, 1, 2)
PEER = """
import json, sys, time
import surprise

train, test, low, high, seed = sys.argv[1:]
reader = surprise.Reader(
    line_format="user item rating", sep=",", rating_scale=(float(low), float(high))
)
ratings = surprise.Dataset.load_from_file(train, reader).build_full_trainset()
began, cpu = time.perf_counter(), time.process_time()
model = surprise.SVD(random_state=int(seed)).fit(ratings)
seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
rows = [line.strip().split(",") for line in open(test)]
json.dump(
    {
        "predicted": [model.predict(user, item).est for user, item, _ in rows],
        "fit_seconds": seconds,
        "fit_cpu_seconds": cpu_seconds,
        "version": surprise.__version__,
    },
    sys.stdout,
)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="python with scikit-surprise")
    options = parser.parse_args()
    folder = Path(os.environ["RECSYS_TEST_DATA"]) / DATASET
    rows = read_interactions(folder / "interactions.parquet").interactions
    runs = [both(rows, seed, options.peer) for seed in SEEDS]
    ours, theirs = (mean([run[side]["rmse"] for run in runs]) for side in runs[0])
    result = {
        "date": date.today().isoformat(),
        "data": DATASET,
        "rmse": {"svd": ours, "surprise": theirs, "ratio": ours / theirs},
        "runs": runs,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result["rmse"], indent=1))
    print(json.dumps(runs[0], indent=1))


def both(rows: Interactions, seed: int, peer: str) -> dict[str, Any]:
    is_test = np.random.default_rng(seed).random(len(rows)) < TEST_SHARE
    options = TrainingOptions(seed=seed)
    with failures_kept(RUNS, dataset=DATASET, algorithm="svd", seed=seed):
        ours = evaluate_ratings(rows, is_test=is_test, options=options)
    append_run(RUNS, ours | stamp() | {"dataset": DATASET})
    return {"svd": ours, "surprise": peer_metrics(rows, is_test, seed, peer)}


def peer_metrics(
    rows: Interactions, is_test: np.ndarray, seed: int, peer: str
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "train.csv", Path(folder) / "test.csv"]
        for path, mask in zip(paths, (~is_test, is_test), strict=True):
            some = rows.select(mask)
            columns = (some.user_indices, some.item_indices, some.weights)
            lines = [f"{u},{i},{r}" for u, i, r in zip(*columns, strict=True)]
            path.write_text("\n".join(lines))
        scale = (str(rows.weights.min()), str(rows.weights.max()))
        command = [peer, "-c", PEER, *map(str, paths), *scale, str(seed)]
        answer = json.loads(subprocess.check_output(command, text=True))
    predicted = np.array(answer.pop("predicted"))
    return rating_metrics(rows.select(is_test).weights, predicted) | answer


def mean(values: list[float]) -> float:
    return float(np.mean(values))


if __name__ == "__main__":
    main()
