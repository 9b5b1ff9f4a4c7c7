"""What a deep model costs: training beside other libraries, scoring, memory.

    RECSYS_TEST_DATA=folder python benchmarks/neural_speed.py
        [--rectools PYTHON] [--recbole PYTHON]

PYTHON is the interpreter of an environment with that library (rectools 0.19 with
torch, recbole 1.2.1 with numpy 1.26). The transformer has 64 dimensions, 2 blocks and
a length of 50 everywhere, and a softmax over all items; a target is one row that is
foretold. Runs alternate, on as many threads as OMP_NUM_THREADS says, 1 by default.
Writes benchmarks/results/neural_speed.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from engine_scaling import interactions, warm_up

from django_recsys.learning.base import TrainingOptions
from django_recsys.learning.registry import create

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "neural_speed.json"
PEERS = ROOT / "benchmarks" / "neural_peers.py"
ROUNDS = 3
SHARE = 0.25  # of the users of amazon-toys: a whole epoch takes some peers very long
THREADS = int(os.environ.setdefault("OMP_NUM_THREADS", "1"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rectools", metavar="PYTHON")
    parser.add_argument("--recbole", metavar="PYTHON")
    parser.add_argument("--worker", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work = {"train": train, "million": million}[options.worker[0]]
        print(json.dumps(work()))
        return
    found: dict[str, Any] = {"threads": THREADS, "python": platform.python_version()}
    peers = {"rectools": options.rectools, "recbole": options.recbole}
    runs: dict[str, list[dict[str, float]]] = {"ours": []}
    for _ in range(ROUNDS):
        runs["ours"].append(ours("train"))
        for name, python in peers.items():
            if python:
                runs.setdefault(name, []).append(peer(name, python))
    found["training"] = runs
    rates = {
        name: median(each["targets"] / each["cpu_seconds"] for each in some)
        for name, some in runs.items()
    }
    found["targets_per_cpu_second"] = rates
    found["times_the_peer"] = {
        name: round(rates["ours"] / rate, 1) for name, rate in rates.items()
    }
    found["million"] = ours("million")
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps({name: found[name] for name in found if name != "training"}))


def ours(part: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--worker", part]
    return said(command)


def peer(name: str, python: str) -> dict[str, float]:
    """Hand the rows over as CSV, which every environment reads."""
    rows = interactions("amazon-toys", SHARE)
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write("user,item,position\n")
        columns = (rows.user_indices, rows.item_indices, rows.timestamps.astype(int))
        for line in zip(*(each.tolist() for each in columns), strict=True):
            file.write(",".join(map(str, line)) + "\n")
        file.flush()
        return said([python, str(PEERS), name, file.name, "1"])


def said(command: list[str]) -> dict[str, float]:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    print(command[-2:], result, flush=True)
    return result


def train() -> dict[str, float]:
    """One epoch over a quarter of the users, and its check on held-out rows."""
    from django_recsys.learning.neural import fitting

    rows = interactions("amazon-toys", SHARE)
    counted: dict[str, float] = {"targets": 0.0}
    windows_of = fitting.windows_of

    def counting(*arguments: Any) -> Any:
        windows = windows_of(*arguments)
        counted["targets"] = windows.targets
        return windows

    fitting.windows_of = counting  # type: ignore[assignment]
    model = create("sasrec", epochs=1, loss="softmax")
    warm_up("sasrec")  # the peers have loaded their libraries, too, when they begin
    counted["targets"] = 0.0
    begun = time.process_time(), time.monotonic()
    model.fit(rows, options=TrainingOptions(threads=THREADS))
    counted["cpu_seconds"] = time.process_time() - begun[0]
    counted["wall_seconds"] = time.monotonic() - begun[1]
    return counted


def million() -> dict[str, float]:
    """Peak memory of an epoch over a million rows, and how fast all are scored."""
    rows = interactions("resampled", 1.0)
    model = create("sasrec", epochs=1)
    model.fit(rows, options=TrainingOptions(threads=THREADS))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    histories = rows.histories()
    users = np.arange(len(histories))
    begun = time.process_time(), time.monotonic()
    model.recommend_indices(histories, users, n=10)
    cpu, wall = time.process_time() - begun[0], time.monotonic() - begun[1]
    return {
        "interactions": len(rows),
        "users": len(rows.users),
        "items": len(rows.items),
        "peak_bytes": float(peak),
        "peak_bytes_scored": 1024.0
        * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "users_per_second": len(users) / wall,
        "users_per_cpu_second": len(users) / cpu,
    }


if __name__ == "__main__":
    main()
