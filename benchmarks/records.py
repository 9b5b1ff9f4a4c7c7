"""Reads and writes benchmarks/results.

A run on a test split is a line of `*_runs.jsonl`, whatever its result, failed runs too.
The latest run of each algorithm is also in a summary, from which the pages of
docs/engine are written. Neither holds values per user.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
HEADLINES = ("ndcg@10", "hit_rate@10")
LINE = (
    "day",
    "commit",
    "part",
    "dataset",
    "protocol",
    "algorithm",
    "seed",
    "hyperparameters",
    "validation_ndcg@10",
    *HEADLINES,
    "rmse",
    "mae",
    "by_seed",
    "ndcg@10_above_popular",
    "ndcg@10_above_content",
    "ndcg@10_above_blend",
    "fit_cpu_seconds",
    "recommend_seconds",
    "peak_rss_bytes",
)
SUMMARY = (*LINE, "interval", "coverage@10", "users", "items", "interactions")
DIGITS = 10

Result = dict[str, Any]


def output_of(*command: str) -> str:
    """Return the output of a Python process; raises RuntimeError with its errors."""
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr or f"ended with {done.returncode}")
    return done.stdout


def stamp() -> dict[str, str]:
    """Return the day and the commit of a run."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {"day": str(date.today()), "commit": done.stdout.strip()}


def headlines(result: Mapping[str, Any]) -> Result:
    """Return an evaluation with only its headline metrics, by "task/segment".

    ``interval`` is that of NDCG@10 over all users, on the first task. Several seeds
    have only their mean on that task.
    """
    tasks = result["segments"]
    task = "new-items" if "new-items" in tasks else result["task"]
    found = {
        metric: {
            f"{name}/{segment}": values["metrics"][metric]
            for name, segments in tasks.items()
            for segment, values in segments.items()
            if values["scored"]
        }
        for metric in HEADLINES
    }
    if "by_seed" in result:
        found = {metric: {f"{task}/all": result[metric]} for metric in HEADLINES}
    interval = tasks[task]["all"]["intervals"]["ndcg@10"]
    return {**result, **found, "interval": interval}


def append_run(file: str, result: Mapping[str, Any]) -> None:
    """Add a line for a run: an evaluation with its headlines."""
    line = _slim(result, LINE)
    with (RESULTS / file).open("a") as lines:
        print(json.dumps(line), file=lines)
    print(json.dumps(line), flush=True)


@contextmanager
def failures_kept(file: str, **run: Any) -> Iterator[None]:
    """Add a line for a run that raises: its settings and the last line of the error."""
    try:
        yield
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        if data := os.environ.get("RECSYS_TEST_DATA"):
            reason = reason.replace(data, "RECSYS_TEST_DATA")  # no path of a machine
        with (RESULTS / file).open("a") as lines:
            print(json.dumps({**stamp(), **run, "error": reason}), file=lines)
        raise


def merge_summary(
    file: str,
    results: Iterable[Mapping[str, Any]],
    *,
    order: Iterable[str] = (),
    more: tuple[str, ...] = (),
) -> None:
    """Replace the earlier results of the same algorithms.

    order: of the algorithms; as they came where it is empty. more: fields to keep.
    """
    merged = {each["algorithm"]: each for each in read_summary(file)}
    for result in results:
        merged[result["algorithm"]] = _slim(result, (*SUMMARY, *more))
    names = [name for name in order or merged if name in merged]
    write_lines(RESULTS / file, [merged[name] for name in names])


def read_summary(file: str) -> list[Result]:
    """Return the latest run of each algorithm; none where nothing was measured."""
    path = RESULTS / file
    found: list[Result] = json.loads(path.read_text()) if path.exists() else []
    return found


def write_lines(path: Path, results: Iterable[Mapping[str, Any]]) -> None:
    """Write a list with a line for each of its members."""
    lines = ",\n".join(map(json.dumps, results))
    path.write_text(f"[\n{lines}\n]\n")


def rounded(value: Any) -> Any:
    """Return a value with every number in it rounded to ``DIGITS`` digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return value


def _slim(result: Mapping[str, Any], fields: Iterable[str]) -> Result:
    return {name: rounded(result[name]) for name in fields if name in result}
