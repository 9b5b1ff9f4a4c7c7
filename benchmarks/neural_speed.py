"""What a deep model costs: training beside other libraries, scoring, memory.

    RECSYS_TEST_DATA=folder python benchmarks/neural_speed.py
        [--rectools PYTHON] [--recbole PYTHON]

PYTHON is the interpreter of an environment with that library (rectools 0.19 with
torch, recbole 1.2.1 with numpy 1.26). The transformer has 64 dimensions, 2 blocks and
a length of 50 everywhere, and a softmax over all items; a target is one row that is
predicted. Short histories and many items are a quarter of the people of amazon-toys;
long histories and fewer items are ml-latest-small, people and items of five rows or
more. Runs alternate, on as many threads as OMP_NUM_THREADS says, 1 by default.
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
from types import SimpleNamespace
from typing import Any

import numpy as np
from engine_scaling import interactions, warm_up

from django_recsys.learning.data import Interactions
from django_recsys.learning.recommender import TrainingOptions
from django_recsys.learning.registry import create

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "neural_speed.json"
PEERS = ROOT / "benchmarks" / "neural_peers.py"
ROUNDS = 3
SHARE = 0.25  # of the users of amazon-toys: a whole epoch takes some peers very long
FEWEST_ROWS = 5  # of each person and item of the other set, as is usual
SETS = ("amazon-toys", "ml-latest-small")
THREADS = int(os.environ.setdefault("OMP_NUM_THREADS", "1"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rectools", metavar="PYTHON")
    parser.add_argument("--recbole", metavar="PYTHON")
    parser.add_argument("--worker", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work = {"train": train, "million": million, "softmax": softmax}
        part, *of = options.worker
        print(json.dumps(work[part](*of)))
        return
    found: dict[str, Any] = {"threads": THREADS, "python": platform.python_version()}
    peers = {"rectools": options.rectools, "recbole": options.recbole}
    for data in SETS:
        found[data] = side_by_side(data, peers)
    found["million"] = ours("million")
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    for data in SETS:
        print(data, found[data]["times_the_peer"])


def side_by_side(data: str, peers: dict[str, str | None]) -> dict[str, Any]:
    """Return the runs of ours and of the peers on a data set, and their rates."""
    runs: dict[str, list[dict[str, float]]] = {"ours": []}
    for _ in range(ROUNDS):
        runs["ours"].append(ours("train", data))
        for name, python in peers.items():
            if python:
                runs.setdefault(name, []).append(peer(name, python, data))
    rates = {
        name: median(each["targets"] / each["cpu_seconds"] for each in some)
        for name, some in runs.items()
    }
    rows = rows_of(data)
    return {
        "interactions": len(rows),
        "users": len(rows.users),
        "items": len(rows.items),
        "training": runs,
        "targets_per_cpu_second": rates,
        "times_the_peer": {
            name: round(rates["ours"] / rate, 1) for name, rate in rates.items()
        },
    }


def rows_of(data: str) -> Interactions:
    """Return the rows that everybody trains on."""
    if data == "amazon-toys":
        return interactions(data, SHARE)
    rows, before = interactions(data, 1.0), 0
    while len(rows) != before:
        before = len(rows)
        often = [
            (np.bincount(indices) >= FEWEST_ROWS)[indices]
            for indices in (rows.user_indices, rows.item_indices)
        ]
        rows = rows.select(often[0] & often[1]).compact()
    return rows


def ours(*worker: str) -> dict[str, float]:
    return said([sys.executable, __file__, "--worker", *worker])


def peer(name: str, python: str, data: str) -> dict[str, float]:
    """Hand the rows over as CSV, which every environment reads."""
    rows = rows_of(data)
    with tempfile.TemporaryDirectory() as folder:  # RecBole writes where it stands
        path = Path(folder) / "rows.csv"
        columns = (rows.user_indices, rows.item_indices, rows.timestamps.astype(int))
        lines = zip(*(each.tolist() for each in columns), strict=True)
        text = "\n".join(",".join(map(str, line)) for line in lines)
        path.write_text(f"user,item,position\n{text}\n")
        return said([python, str(PEERS), name, str(path), "1"], folder)


def said(command: list[str], folder: str | Path = ROOT) -> dict[str, float]:
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    print(command[2:4], result, flush=True)
    return result


def train(data: str) -> dict[str, float]:
    """One epoch over the rows, and its check on held-out ones."""
    from django_recsys.learning.neural.training import sequences as fitting

    rows = rows_of(data)
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


def softmax() -> dict[str, float]:
    """Return what the softmax over all items takes without any transformer.

    By hand, with `--worker softmax`: the rate that no faster network can pass.
    """
    import torch

    from django_recsys.learning.neural.training.losses import Targets, full_softmax

    torch.set_num_threads(THREADS)
    targets, n_items, batch = 37_168, 11_924, 800
    hidden = torch.randn(targets, 64, requires_grad=True)
    vectors = torch.randn(n_items, 64, requires_grad=True)
    wanted = torch.randint(n_items, (targets,))
    items: Any = SimpleNamespace(item_vectors=lambda: vectors)
    begun = time.process_time()
    for at in range(0, targets, batch):
        some = hidden[at : at + batch]
        rows, weights = torch.arange(len(some)), torch.ones(len(some))
        asked = Targets(rows=rows, items=wanted[at : at + batch], weights=weights)
        full_softmax(some, asked, items).backward()
    seconds = time.process_time() - begun
    return {"cpu_seconds": seconds, "targets_per_cpu_second": targets / seconds}


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
