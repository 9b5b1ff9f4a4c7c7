"""The runs of engine_scaling.py, one line each, and the summary made of them.

What runs have in common is written once, in a first line: the counts of each source,
and the hyperparameters of each algorithm where a run set none of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from records import RESULTS, rounded

RUNS = RESULTS / "engine_scaling_runs.jsonl"
SUMMARY = RESULTS / "engine_scaling.json"
KEY = ("algorithm", "source", "amount", "set")
MEASURED = ("cpu_seconds", "memory_bytes", "error")

Run = dict[str, Any]


def read_runs() -> list[Run]:
    """Return every run, with ``sizes`` and ``hyperparameters`` where it succeeded."""
    if not RUNS.exists():
        return []
    common, *runs = map(json.loads, RUNS.read_text().splitlines())
    return [each if "error" in each else _whole(each, common) for each in runs]


def keep(run: Run) -> None:
    """Replace an earlier run of the same key."""
    key = [run[name] for name in KEY]
    others = [each for each in read_runs() if [each[name] for name in KEY] != key]
    _write_runs([*others, run])


def write_summary(found: Mapping[str, Any]) -> None:
    """Write the figures of docs/engine/speed.md."""
    SUMMARY.write_text(json.dumps(found, indent=1) + "\n")


def _write_runs(runs: list[Run]) -> None:
    done = [each for each in runs if "error" not in each]
    sizes = {_source(each): each["sizes"] for each in done}
    usual: dict[str, dict[str, Any]] = {each["algorithm"]: {} for each in done}
    for each in done:
        unset = each["hyperparameters"].keys() - each["set"]
        usual[each["algorithm"]] |= {
            name: each["hyperparameters"][name] for name in sorted(unset)
        }
    common = {"sizes": sizes, "hyperparameters": usual}
    lines: list[Run] = [common]
    for each in runs:
        line = {name: rounded(each[name]) for name in (*KEY, *MEASURED) if name in each}
        if "error" not in each:
            whole = _whole(line, common)
            own = ("sizes", "hyperparameters")
            line |= {name: each[name] for name in own if each[name] != whole[name]}
        lines.append(line)
    RUNS.write_text("".join(json.dumps(each) + "\n" for each in lines))


def _whole(line: Run, common: Mapping[str, Any]) -> Run:
    usual = common["hyperparameters"][line["algorithm"]]
    return {
        "sizes": common["sizes"][_source(line)],
        "hyperparameters": usual | line["set"],
        **line,
    }


def _source(run: Run) -> str:
    return f"{run['source']} {run['amount']:g}"
