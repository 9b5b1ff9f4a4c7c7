"""What no file of the checkout may hold."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("django_recsys", "docs", "example_shop", "tests", "benchmarks")
TEXTS = {".py", ".md", ".html", ".css", ".js", ".toml", ".ini", ".txt", ".json"}
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
