"""A leading underscore means private to its package, for modules and for names."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from .test_imports import PACKAGE, SOURCES, imports_of, is_private

TREES = {module: ast.parse(path.read_text()) for module, path in SOURCES.items()}
DOTTED_PATH = re.compile(rf"{PACKAGE}(\.\w+)+")
OWN_OBJECTS = {"self", "cls", "super()"}  # a subclass may live in another package


def package_of(module: str) -> str:
    """Return the package whose file or face a module is."""
    is_face = SOURCES[module].name == "__init__.py"
    return module if is_face else module.rpartition(".")[0]


def owner_of(path: str) -> str | None:
    """Return the only package that may use a dotted path; None where all may."""
    parts = path.split(".")
    above = next((parts[:at] for at, part in enumerate(parts) if is_private(part)), [])
    # The attribute of a class belongs to the package of its module.
    while above and ".".join(above) not in SOURCES:
        above = above[:-1]
    return package_of(".".join(above)) if above else None


def private_definitions() -> dict[str, set[str]]:
    """Return the packages that define each private name, also in classes."""
    found = defaultdict(set)
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    found[name].add(package_of(module))
                case ast.Name(id=name, ctx=ast.Store()):
                    found[name].add(package_of(module))
                case ast.Attribute(attr=name, ctx=ast.Store()):
                    found[name].add(package_of(module))
    return {name: packages for name, packages in found.items() if is_private(name)}


DEFINITIONS = private_definitions()


def imported_paths(module: str) -> Iterator[str]:
    """Yield the dotted paths of ours that a module imports."""
    for base, name in imports_of(module):
        if base.split(".")[0] == PACKAGE:
            yield f"{base}.{name}" if name else base


def bound_paths(module: str, tree: ast.Module) -> dict[str, str]:
    """Return the dotted path that each imported name of ours stands for."""
    found = {path.rpartition(".")[2]: path for path in imported_paths(module)}
    found[PACKAGE] = PACKAGE
    for node in ast.walk(tree):
        if isinstance(node, ast.alias) and node.asname:
            imported = node.name.rpartition(".")[2]
            if imported in found:
                found[node.asname] = found[imported]
    return found


def reached_names(module: str, tree: ast.Module) -> Iterator[str]:
    """Yield the private names of other packages that a module uses."""
    home, bound = package_of(module), bound_paths(module, tree)
    paths = list(imported_paths(module))
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if DOTTED_PATH.fullmatch(text):
                paths.append(text)
            case ast.Attribute(value=value, attr=name) if name in DEFINITIONS:
                holder = ast.unparse(value)
                first, dot, rest = holder.partition(".")
                if first in bound:
                    paths.append(f"{bound[first]}{dot}{rest}.{name}")
                elif holder not in OWN_OBJECTS and home not in DEFINITIONS[name]:
                    yield f"{holder}.{name}"
    yield from (path for path in paths if owner_of(path) not in (None, home))


def test_no_private_name_is_used_by_another_package():
    reached = {module: [*reached_names(module, TREES[module])] for module in SOURCES}
    assert {module: names for module, names in reached.items() if names} == {}


BLEND = f"{PACKAGE}.learning.algorithms.blend"


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        (f"{BLEND}._ranker", BLEND),
        (f"{BLEND}._ranker.learn_ranker", BLEND),
        (f"{BLEND}.candidates._padded", BLEND),
        (f"{BLEND}.blend.Blend._summed", BLEND),
        (f"{BLEND}.candidates.gather", None),
        (f"{PACKAGE}.__init__", None),
    ],
)
def test_who_owns_a_path(path, owner):
    assert owner_of(path) == owner


@pytest.mark.parametrize(
    "source",
    [
        f"{BLEND}.candidates._padded",
        "recommender._summed()",
        f"load({BLEND + '._ranker.learn_ranker'!r})",
    ],
)
def test_a_private_name_is_found(source):
    tree = ast.parse(source)
    assert list(reached_names(f"{PACKAGE}.learning.registry", tree))
    assert not list(reached_names(f"{BLEND}.blend", tree))
