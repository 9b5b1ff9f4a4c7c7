"""Every page names the same versions: those that the matrix tests, and no more."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
POLICY = (ROOT / "docs" / "support.md").read_text()
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if "_build" not in path.parts and path.name != "CHANGELOG.md"
)


def classified(prefix: str) -> list[str]:
    versions = [each.removeprefix(prefix) for each in PROJECT["classifiers"]]
    return [each for each in versions if re.fullmatch(r"[0-9]+\.[0-9]+", each)]


def policy_row(name: str) -> tuple[list[str], list[str]]:
    """Return the versions that are tested, and those that are not."""
    [row] = re.findall(rf"^\| {name} \|(.*)\|$", POLICY, re.MULTILINE)
    *tested, not_tested = row.split("|")
    numbers = re.compile(r"[0-9]+\.[0-9]+")
    return sorted(numbers.findall(" ".join(tested))), numbers.findall(not_tested)


def test_classifiers_are_what_the_policy_calls_tested():
    pythons, untested = policy_row("Python")
    assert classified("Programming Language :: Python :: ") == pythons
    assert untested == ["3.14"]
    assert classified("Framework :: Django :: ") == policy_row("Django")[0]


def test_what_is_called_tested_is_in_the_matrix():
    tox = (ROOT / "tox.ini").read_text()
    matrix = tox[tox.index("env_list") : tox.index("[testenv]")]
    for version in classified("Programming Language :: Python :: "):
        assert f"py{version.replace('.', '')}-" in matrix
    for version in classified("Framework :: Django :: "):
        assert re.search(rf"^ +dj{version.replace('.', '')}: Django", tox, re.MULTILINE)


@pytest.mark.parametrize("name", ["MySQL 8", "Python 3.14"])
def test_who_names_what_is_not_tested_says_so(name):
    naming = {}
    for path in PAGES:
        for sentence in sentences(path.read_text()):
            if name in sentence or (name == "MySQL 8" and "MySQL" in sentence):
                is_said = name in sentence and "not tested" in sentence
                naming.setdefault(path.relative_to(ROOT).as_posix(), []).append(is_said)
    assert {"README.md", "docs/support.md"} <= naming.keys()
    assert [page for page, said in naming.items() if not all(said)] == []


def sentences(text: str) -> list[str]:
    """Return sentences, parts between semicolons, and tables, each on one line."""
    parts = re.split(r"\n\n|(?<=[.;])\s", text)
    return [" ".join(part.split()) for part in parts]


def test_security_policy_names_the_newest_minor_release():
    minor = ".".join(PROJECT["version"].split(".")[:2])
    assert f"({minor})" in (ROOT / "SECURITY.md").read_text()
