"""What the kinds say and how a visitor's key is written stands in one file each."""

import ast
from collections.abc import Iterator
from pathlib import Path

import django_recsys
from django_recsys.learning import KIND_WEIGHTS, NEGATIVE_KINDS
from django_recsys.models import Interaction, account_key, is_visitor_key
from django_recsys.models.visitor_keys import VISITOR_PREFIXES
from django_recsys.serving.visitor_history import POSITIVE_KINDS

PACKAGE = Path(django_recsys.__file__).parent


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """Yield every node of the package's sources with the name of its file."""
    for path in PACKAGE.rglob("*.py"):
        if "migrations" not in path.parts:
            name = path.relative_to(PACKAGE).as_posix()
            yield from ((name, node) for node in ast.walk(ast.parse(path.read_text())))


def texts_of(node: ast.AST) -> set[str]:
    """Return the texts that a tuple, list, set or the keys of a dict hold."""
    inside = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
    return {each.value for each in inside if isinstance(each, ast.Constant)}


def test_prefixes_of_visitor_keys_are_written_once():
    written = {
        name
        for name, node in nodes()
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith(VISITOR_PREFIXES)
    }
    assert written == {"models/visitor_keys.py"}


def test_kinds_that_count_against_an_item_are_written_once():
    written = {
        name for name, node in nodes() if {"removal", "return"} <= texts_of(node)
    }
    assert written == {"learning/kinds.py"}


def test_a_key_is_known_by_its_prefix():
    assert account_key(42) == "user:42"
    assert all(map(is_visitor_key, ["user:42", "guest:0f", "email:0f"]))
    assert not any(map(is_visitor_key, ["42", "ada", "User:42", "users:42", ""]))


def test_every_kind_that_is_stored_has_a_weight():
    assert set(KIND_WEIGHTS) == set(Interaction.Kind.values)
    assert set(NEGATIVE_KINDS) == {"removal", "return"}
    assert {"view", "cart_add", "like", "purchase"} == POSITIVE_KINDS
