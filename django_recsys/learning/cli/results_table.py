"""Results of evaluations, side by side."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from django_recsys.learning.evaluation.evaluator import Difference
from django_recsys.learning.text_table import format_table

BASELINE = "popular"
COLUMNS = ("ndcg@10", "recall@10", "hit_rate@10", "map@10", "coverage@10")


def combine_seeds(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the first run with its numbers replaced by means over all runs."""
    result = dict(runs[0])
    if len(runs) == 1:
        return result
    for name, value in runs[0].items():
        if isinstance(value, float):
            result[name] = float(np.mean([run[name] for run in runs]))
    result["peak_rss_bytes"] = max(run["peak_rss_bytes"] for run in runs)
    result["per_user"] = {
        task: np.mean([run["per_user"][task] for run in runs], axis=0).tolist()
        for task in runs[0]["per_user"]
    }
    result["by_seed"] = [
        {"seed": run["seed"], "ndcg@10": run["ndcg@10"]} for run in runs
    ]
    return result


def add_differences(
    results: Sequence[dict[str, Any]], baseline: str = BASELINE
) -> None:
    """Replace the values per user by paired differences to a baseline, in place."""
    values = {result["algorithm"]: result.pop("per_user") for result in results}
    of_baseline = values.get(baseline)
    for result in results:
        if of_baseline is None or result["algorithm"] == baseline:
            continue
        result[f"ndcg@10_above_{baseline}"] = {
            task: asdict(Difference.of(np.asarray(own) - of_baseline[task]))
            for task, own in values[result["algorithm"]].items()
            if len(own) == len(of_baseline.get(task, ()))
        }


def results_table(results: Sequence[dict[str, Any]]) -> str:
    """Return a text table, with a remark where a model does not beat popular."""
    header = ["algorithm", *COLUMNS, "any-items", "fit s", "predict s", "MB", ""]
    return format_table([header, *(_row(result) for result in results)])


def _row(result: dict[str, Any]) -> list[str]:
    any_items = result["segments"].get("any-items", {}).get("all", {})
    return [
        result["algorithm"],
        *(f"{result[name]:.4f}" if name in result else "-" for name in COLUMNS),
        f"{any_items['metrics']['ndcg@10']:.4f}" if any_items else "-",
        f"{result['fit_seconds']:.1f}",
        f"{result['recommend_seconds']:.1f}",
        f"{result['peak_rss_bytes'] / 1e6:.0f}",
        _remark(result),
    ]


def _remark(result: dict[str, Any]) -> str:
    task = result["task"]
    difference = result.get("ndcg@10_above_popular", {}).get(task)
    if difference is None or difference["low"] > 0:
        return ""
    text = f"not above popular on {task}"
    return f"\033[31m{text}\033[0m" if sys.stdout.isatty() else text
