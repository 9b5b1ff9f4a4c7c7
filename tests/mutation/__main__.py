"""Break the code in one place at a time and see whether a test turns red.

    pip install --group mutation
    python -m tests.mutation [--seed 13] [--room serving] [--results FILE]

Mutants are cosmic-ray's, drawn by a seed: first a place, then one of its operators, so
that an expression with eleven operators is not drawn eleven times as often. Each runs
in a copy of the checkout, with the tests of its room. What is left out, and which tests
are asked, is said in pyproject.toml, `[tool.mutation]`.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Queue

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".tox", ".venv", "*_cache", "__pycache__", "results", "_build"
)
CALLS_THAT_LOG = ("logger", "report_once")
WORKERS = 2
SECONDS = 240

Span = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, order=True)
class Mutant:
    path: str
    line: int
    column: int
    operator: str
    occurrence: int


@dataclass(frozen=True)
class Outcome:
    mutant: Mutant
    room: str
    is_killed: bool
    change: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--room", action="append", help="only this one")
    parser.add_argument("--results", type=Path, help="write all outcomes as JSON")
    parser.add_argument("--again", type=Path, help="run the survivors of these results")
    options = parser.parse_args()
    rooms = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutation"]
    drawn = [
        (mutant, name)
        for name, room in rooms.items()
        if not options.room or name in options.room
        for mutant in draw(room, random.Random(f"{options.seed} {name}"))
    ]
    if options.again:
        survivors = {
            Mutant(**each["mutant"])
            for each in json.loads(options.again.read_text())
            if not each["is_killed"]
        }
        drawn = [each for each in drawn if each[0] in survivors]
    outcomes = run_all(drawn, rooms)
    if options.results:
        found = [asdict(outcome) for outcome in outcomes]
        options.results.write_text(json.dumps(found, indent=1))
    show(outcomes)


def draw(room: dict, chance: random.Random) -> list[Mutant]:
    """Return the mutants of a room, as many as it says, each of another place."""
    places: dict[tuple[str, int, int], list[Mutant]] = {}
    for pattern in room["files"]:
        for path in sorted(ROOT.glob(pattern)):
            for mutant in mutants_of(path):
                place = (mutant.path, mutant.line, mutant.column)
                places.setdefault(place, []).append(mutant)
    chosen = chance.sample(sorted(places), min(room["mutants"], len(places)))
    return [chance.choice(places[place]) for place in sorted(chosen)]


def mutants_of(path: Path) -> Iterator[Mutant]:
    tree = get_ast_from_path(path)
    spans = list(left_out(ast.parse(path.read_text())))
    name = str(path.relative_to(ROOT))
    for operator in operator_names():
        kind = get_operator(operator)
        if kind.arguments():
            continue
        positions = (
            position
            for node in ast_nodes(tree)
            for position in kind().mutation_positions(node)
        )
        for occurrence, (start, _end) in enumerate(positions):
            if not any(first <= start < last for first, last in spans):
                yield Mutant(name, *start, operator, occurrence)


def left_out(tree: ast.Module) -> Iterator[Span]:
    """Yield what is no behaviour: annotations, logs, imports for types."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            yield span(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield span(node.annotation)
        elif is_log(node) or is_for_types(node):
            yield span(node)


def is_log(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return not {*CALLS_THAT_LOG}.isdisjoint(ast.unparse(node.func).split("."))


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def span(node: ast.AST) -> Span:
    start = (node.lineno, node.col_offset)  # type: ignore[attr-defined]
    return start, (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


def run_all(drawn: list[tuple[Mutant, str]], rooms: dict) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        copies: Queue[Path] = Queue()
        for number in range(WORKERS):
            copy = Path(folder) / str(number)
            shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
            copies.put(copy)

        def run(each: tuple[Mutant, str]) -> Outcome:
            mutant, room = each
            copy = copies.get()
            try:
                outcome = run_one(mutant, room, rooms[room]["tests"], copy)
            finally:
                copies.put(copy)
            mark = "killed  " if outcome.is_killed else "SURVIVED"
            print(f"{mark} {mutant.path}:{mutant.line} {mutant.operator}", flush=True)
            return outcome

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(run, drawn))


def run_one(mutant: Mutant, room: str, tests: list[str], copy: Path) -> Outcome:
    path = copy / mutant.path
    code = path.read_text()
    mutated = mutate_code(code, get_operator(mutant.operator)(), mutant.occurrence)
    assert mutated not in (None, code), mutant
    lines = difflib.unified_diff(code.splitlines(), mutated.splitlines(), n=0)
    change = "\n".join(line for line in lines if line[:3] not in ("---", "+++", "@@ "))
    path.write_text(mutated)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(
            [*command, "-m", "not slow and not services", *tests],
            cwd=copy,
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        is_killed = done.returncode != 0
    except subprocess.TimeoutExpired:
        is_killed = True
    finally:
        path.write_text(code)
    return Outcome(mutant, room, is_killed, change)


def show(outcomes: list[Outcome]) -> None:
    for name in dict.fromkeys(outcome.room for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.room == name]
        killed = sum(outcome.is_killed for outcome in own)
        print(f"{name}: {killed} of {len(own)} killed")
    for outcome in outcomes:
        if not outcome.is_killed:
            print(f"\n{outcome.mutant.path}:{outcome.mutant.line}\n{outcome.change}")


if __name__ == "__main__":
    main()
