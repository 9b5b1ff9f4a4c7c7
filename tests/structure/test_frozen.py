"""Values do not change: every dataclass is frozen, but for those that have state."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ESTIMATORS = ("learning/algorithms/", "learning/neural/", "learning/recommender.py")
"""They learn: `fit` fills their attributes."""
WITH_STATE = {
    "Column": "grows while rows are read",
    "Comparison": "keeps what it fitted",
    "OneVisitor": "computes on demand",
    "RunProgress": "follows a run",
    "TrainingContext": "keeps what was read and measured",
    "_Search": "keeps the trials of a search",
}


def dataclasses() -> Iterator[tuple[str, str, dict[str, bool]]]:
    """Yield (file, class, options of the decorator)."""
    for path in sorted((ROOT / "django_recsys").rglob("*.py")):
        name = path.relative_to(ROOT / "django_recsys").as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                for decorator in node.decorator_list:
                    if ast.unparse(decorator).startswith("dataclass"):
                        yield name, node.name, options_of(decorator)


def options_of(decorator: ast.expr) -> dict[str, bool]:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    return {each.arg or "": ast.literal_eval(each.value) for each in keywords}


def test_every_value_is_frozen():
    loose = [
        f"{name}: {cls}"
        for name, cls, options in dataclasses()
        if not options.get("frozen")
        and cls not in WITH_STATE
        and not name.startswith(ESTIMATORS)
    ]
    assert loose == []


def test_what_has_state_is_there_and_is_compared_by_identity():
    found = {cls: options for _name, cls, options in dataclasses()}
    for cls in WITH_STATE:
        assert not found[cls].get("frozen")
        assert found[cls]["eq"] is False
