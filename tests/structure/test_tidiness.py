"""What no file of the checkout may hold."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("django_recsys", "docs", "example_shop", "tests", "benchmarks")
TEXTS = {
    ".py",
    ".md",
    ".html",
    ".css",
    ".js",
    ".toml",
    ".ini",
    ".txt",
    ".json",
    ".jsonl",
}
OURSELVES = Path(__file__).name

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"(/work/|/root/|/home/\w+/|/tmp/\w)")
MOCKED = re.compile(r"\b(MagicMock|mock\.patch|from unittest import mock|fakeredis)\b")


def texts() -> list[Path]:
    found = [path for path in ROOT.iterdir() if path.suffix in TEXTS]
    for folder in FOLDERS:
        found += [p for p in (ROOT / folder).rglob("*") if p.suffix in TEXTS]
    built = {"_build", "__pycache__", "var"}
    return [p for p in found if not built & set(p.parts) and p.name != OURSELVES]


@pytest.mark.parametrize("pattern", [UNFINISHED, MACHINE, MOCKED])
def test_no_file_holds(pattern):
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in texts()
        if (match := pattern.search(path.read_text()))
    ]
    assert found == []


def test_modules_stay_small():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "django_recsys").rglob("*.py")
        if path.parent.name != "migrations"
        and (lines := len(path.read_text().splitlines())) > 350
    }
    assert long == {}


def test_results_of_benchmarks_keep_a_short_line_for_each_run():
    results = ROOT / "benchmarks" / "results"
    files = [results / f"{name}_runs.jsonl" for name in ("engine", "neural")]
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert len(lines) > 200
    for line in lines:
        run = json.loads(line)
        assert {"day", "commit", "algorithm"} <= run.keys()
        assert "error" in run or {"seed", "hyperparameters"} <= run.keys(), line
        assert len(line) < 2_000, "values per user or per epoch belong nowhere"
    assert sum(each.stat().st_size for each in results.iterdir()) < 600_000
