"""What the import rules of pyproject.toml do not say, read from the sources."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "django_recsys"


def sources() -> dict[str, Path]:
    """Return each module's file by its dotted name."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


SOURCES = sources()


def imports_of(module: str) -> Iterator[tuple[str, str | None]]:
    """Yield (module, name) for every import, those inside of functions, too."""
    path = SOURCES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((each.name, None) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join([*above, node.module or ""]).strip(".")
            base = base if node.level else node.module or ""
            yield from ((base, each.name) for each in node.names)


def edges() -> dict[str, set[str]]:
    """Return which modules of ours each module imports; packages stand for faces."""
    found = defaultdict(set)
    for module in SOURCES:
        for base, name in imports_of(module):
            target = f"{base}.{name}" if f"{base}.{name}" in SOURCES else base
            if target in SOURCES and target != module:
                found[module].add(target)
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return the nodes of one circle, nothing where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def without_faces(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """Drop the faces, which import their own rooms lazily, as nodes of their own.

    Who imports a face depends on whatever the face exports: those edges go through.
    """
    faces = {name for name in graph if SOURCES[name].name == "__init__.py"}
    return {
        name: {
            target
            for each in targets
            for target in (graph.get(each, set()) if each in faces else {each})
        }
        - {name}
        for name, targets in graph.items()
        if name not in faces
    }


def test_no_circle_among_files():
    assert circle(without_faces(edges())) == []


def test_no_circle_among_packages_of_one_folder():
    graph = without_faces(edges())
    for depth in (2, 3, 4):
        lifted = defaultdict(set)
        for name, targets in graph.items():
            for target in targets:
                ours, theirs = name.split(".")[:depth], target.split(".")[:depth]
                if ours[:-1] == theirs[:-1] and ours != theirs:
                    lifted[".".join(ours)].add(".".join(theirs))
        assert circle(lifted) == []


def test_a_circle_would_be_found():
    found = circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    assert set(found) == {"a", "b", "c"}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_no_two_classes_have_one_name():
    homes = defaultdict(list)
    for module, path in SOURCES.items():
        if ".migrations" in module or ".management.commands" in module:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not is_private(node.name):
                homes[node.name].append(module)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}
