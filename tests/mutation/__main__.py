"""Break the code in one place at a time and see whether a test turns red.

    pip install --group mutation
    python -m tests.mutation [--seed 13] [--room serving] [--results FILE] [--survivors]

Mutants are cosmic-ray's, drawn by a seed: first a place, then one of its operators, so
that an expression with eleven operators is not drawn eleven times as often. Each runs
in a copy of the checkout, with the tests of its room, which must be green without it.
FILE is written after every mutant and read at the start: what stands there is not run
again, or with --survivors only where no test turned red. What is left out, and which
tests are asked, is said in pyproject.toml, `[tool.mutation]`.
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
from itertools import islice
from pathlib import Path
from queue import Queue
from threading import Lock

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".tox", ".venv", "*_cache", "__pycache__", "results", "_build"
)
CALLS_THAT_LOG = ("logger", "report_once")
WORKERS = int(os.environ.get("MUTATION_WORKERS", "2"))
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
    parser.add_argument("--results", type=Path, help="the outcomes, as JSON")
    parser.add_argument("--survivors", action="store_true", help="run these again")
    options = parser.parse_args()
    if options.survivors and not options.results:
        parser.error("--survivors needs the --results of an earlier run.")
    rooms = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutation"]
    drawn = [
        (mutant, name)
        for name, room in rooms.items()
        if not options.room or name in options.room
        for mutant in draw(room, random.Random(f"{options.seed} {name}"))
    ]
    known = read_results(options.results)
    if options.survivors:
        known = {mutant: each for mutant, each in known.items() if each.is_killed}
    due = [each for each in drawn if each[0] not in known]
    run_all(due, rooms, known, options.results)
    show([known[mutant] for mutant, _room in drawn])


def read_results(path: Path | None) -> dict[Mutant, Outcome]:
    if path is None or not path.exists():
        return {}
    outcomes = [
        Outcome(**{**each, "mutant": Mutant(**each["mutant"])})
        for each in json.loads(path.read_text())
    ]
    return {outcome.mutant: outcome for outcome in outcomes}


def write_results(path: Path | None, known: dict[Mutant, Outcome]) -> None:
    if path is not None:
        found = [asdict(outcome) for _mutant, outcome in sorted(known.items())]
        path.write_text(json.dumps(found, indent=1))


def draw(room: dict, chance: random.Random) -> list[Mutant]:
    """Return the mutants of a room, as many as it says, each of another place."""
    places: dict[tuple[str, int, int], list[Mutant]] = {}
    for pattern in room["files"]:
        for path in sorted(ROOT.glob(pattern)):
            for mutant in mutants_of(path):
                place = (mutant.path, mutant.line, mutant.column)
                places.setdefault(place, []).append(mutant)
    order = chance.sample(sorted(places), len(places))
    drawn = (chance.choice(places[place]) for place in order)
    return sorted(islice(filter(compiles, drawn), room["mutants"]))


def compiles(mutant: Mutant) -> bool:
    """Whether it is Python: of what is not, any test would turn red."""
    try:
        compile(mutated(mutant, (ROOT / mutant.path).read_text()), mutant.path, "exec")
    except SyntaxError:
        return False
    return True


def mutated(mutant: Mutant, code: str) -> str:
    found = mutate_code(code, get_operator(mutant.operator)(), mutant.occurrence)
    assert found not in (None, code), mutant
    return found


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


def run_all(
    due: list[tuple[Mutant, str]],
    rooms: dict,
    known: dict[Mutant, Outcome],
    results: Path | None,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copies: Queue[Path] = Queue()
        for number in range(WORKERS):
            copy = Path(folder) / str(number)
            shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
            copies.put(copy)

        for room in dict.fromkeys(room for _mutant, room in due):
            copy = copies.get()
            if turns_red(rooms[room]["tests"], copy):
                sys.exit(f"The tests of {room} are red without any mutant.")
            copies.put(copy)

        def run(each: tuple[Mutant, str]) -> None:
            mutant, room = each
            copy = copies.get()
            try:
                outcome = run_one(mutant, room, rooms[room]["tests"], copy)
            finally:
                copies.put(copy)
            mark = "killed  " if outcome.is_killed else "SURVIVED"
            print(f"{mark} {mutant.path}:{mutant.line} {mutant.operator}", flush=True)
            with writing:
                known[mutant] = outcome
                write_results(results, known)

        writing = Lock()
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(run, due))


def run_one(mutant: Mutant, room: str, tests: list[str], copy: Path) -> Outcome:
    path = copy / mutant.path
    code = path.read_text()
    broken = mutated(mutant, code)
    lines = difflib.unified_diff(code.splitlines(), broken.splitlines(), n=0)
    change = "\n".join(line for line in lines if line[:3] not in ("---", "+++", "@@ "))
    path.write_text(broken)
    try:
        is_killed = turns_red(tests, copy)
    finally:
        path.write_text(code)
    return Outcome(mutant, room, is_killed, change)


def turns_red(tests: list[str], copy: Path) -> bool:
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
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


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
