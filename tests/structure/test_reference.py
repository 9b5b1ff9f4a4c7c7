"""What a user types is described: docs/reference keeps step with the code."""

import re
from dataclasses import fields
from pathlib import Path
from pkgutil import resolve_name

import numpy as np
import pytest
from django.dispatch import Signal
from django.urls import URLPattern

import django_recsys
from django_recsys import signals
from django_recsys.api import urls
from django_recsys.conf import RecsysSettings
from django_recsys.learning import ALGORITHMS, KIND_WEIGHTS
from django_recsys.learning.metrics.lists import list_metrics
from django_recsys.learning.metrics.ranking import NAMES
from django_recsys.learning.metrics.ratings import rating_metrics
from django_recsys.serving import DECLARED
from django_recsys.templatetags import recsys

PACKAGE = Path(django_recsys.__file__).parent
REFERENCE = PACKAGE.parent / "docs" / "reference"

SETTINGS = [declared.name for declared in fields(RecsysSettings)]
SIGNALS = [name for name, value in vars(signals).items() if isinstance(value, Signal)]
COMMANDS = [path.stem for path in (PACKAGE / "management/commands").glob("recsys_*.py")]
TAGS = sorted(recsys.register.tags)
SHOWN, COUNTS = np.array([[0, 1], [1, 2]]), np.array([2, 1, 1])
LIST_METRICS = list_metrics(SHOWN, COUNTS, n_users=2, categories=np.array([0, 1, 0]))
METRICS = sorted(
    {name.partition("@")[0] for name in LIST_METRICS}
    | {*NAMES, *rating_metrics(np.ones(1), np.ones(1)), "tied_scores"}
)
VOCABULARY = (
    "item",
    "user",
    "visitor",
    "interaction",
    "history",
    "known, new",
    "cold start",
    "recommender",
    "trained model",
    "artifact",
    "blend",
    "candidates",
    "ranking, reranking",
    "placement",
    "fallback",
    "validation rows",
    "gate",
    "promote, roll back",
    "lease",
    "tick",
    "doctor",
    "impression",
    "click",
    "conversion",
    "attribution",
    "variant",
    "hold-out",
)
CHECK_ID = re.compile(r"django_recsys\.[EW]\d{3}")


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text()


def check_ids(folder: Path, pattern: str) -> set[str]:
    text = "\n".join(path.read_text() for path in folder.glob(pattern))
    return set(CHECK_ID.findall(text))


@pytest.mark.parametrize("name", SETTINGS)
def test_setting_is_described(name):
    assert f"`{name}`" in page("settings")


@pytest.mark.parametrize("kind", sorted(KIND_WEIGHTS))
def test_default_weight_is_described(kind):
    assert f'"{kind}": {KIND_WEIGHTS[kind]:g}' in page("settings")


@pytest.mark.parametrize("name", SIGNALS)
def test_signal_is_described(name):
    assert f"`{name}`" in page("signals")


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_described(name):
    assert f"`{name}`" in page("commands")


@pytest.mark.parametrize("name", TAGS)
def test_template_tag_is_described(name):
    assert f"`{name}`" in page("template-tags")


@pytest.mark.parametrize(
    "route", [str(p.pattern) for p in urls.urlpatterns if isinstance(p, URLPattern)]
)
def test_endpoint_is_described(route):
    shown = re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", route)
    assert shown in page("api")


def test_checks_of_code_and_page_are_the_same():
    in_code = check_ids(PACKAGE, "check*.py") | check_ids(PACKAGE, "checks/*.py")
    assert in_code, "no check id was found in the code"
    assert in_code == check_ids(REFERENCE, "checks.md")


def test_nothing_described_is_gone():
    named = set(re.findall(r"^#+ `(recsys_\w+)`", page("commands"), re.MULTILINE))
    assert named == set(COMMANDS)
    rows = set(re.findall(r"^\| `([A-Z_]+)` \|", page("settings"), re.MULTILINE))
    assert rows == set(SETTINGS)


@pytest.mark.parametrize("name", [*ALGORITHMS, *METRICS])
def test_glossary_has_every_model_and_metric(name):
    assert f" | `{name}` | " in page("glossary")


@pytest.mark.parametrize("rule", DECLARED.values(), ids=DECLARED)
def test_glossary_has_every_placement_with_its_recommenders(rule):
    first, *others = [f"`{key}`" for key in rule.sources] or ["the visitor's own views"]
    filled = f"{first}, then {', '.join(others)}" if others else first
    assert f"| {rule.title} | `{rule.key}` | {filled} | " in page("glossary")


@pytest.mark.parametrize("word", VOCABULARY)
def test_glossary_explains_the_vocabulary(word):
    assert f"| {word} | " in page("glossary")


ROOT = PACKAGE.parent
PAGES = [
    *(ROOT / "docs").rglob("*.md"),
    *ROOT.glob("*.md"),
    ROOT / "example_shop/README.md",
]
DOTTED = re.compile(r"\bdjango_recsys(?:\.\w+)+")
IMPORT = re.compile(r"from (django_recsys[.\w]*) import (\w+(?:, \w+)*)")
LOCATION = re.compile(r"`([\w.-]+/[\w./-]*)`")
NOT_A_MODULE = re.compile(r"django_recsys\.([EW]\d+|tick|train|tune|rescore)$")
FACES = {
    f"django_recsys.{room}"
    for room in (
        *("catalog", "learning", "models", "operations"),
        *("serving", "tracking", "training"),
    )
}
TOPS = {path.name for path in [*ROOT.iterdir(), *PACKAGE.iterdir()] if path.is_dir()}
HOMES = (ROOT, PACKAGE, PACKAGE / "templates", PACKAGE / "static")
MADE_WHEN_RUN = "example_shop/var"


def exists(dotted: str) -> bool:
    """Say whether a dotted name leads to a module or to what one holds."""
    try:
        resolve_name(dotted)
    except (ImportError, AttributeError):
        return False
    return True


def is_there(location: str) -> bool:
    """Say whether a path of the docs is a file or folder of the checkout."""
    if location.startswith(MADE_WHEN_RUN):
        return True
    return any((home / location).exists() for home in HOMES)


def title_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=title_of)
def test_names_of_code_in_the_docs_exist(path):
    text = path.read_text()
    names = {name for name in DOTTED.findall(text) if not NOT_A_MODULE.match(name)}
    for module, imported in IMPORT.findall(text):
        names |= {f"{module}.{name}" for name in imported.split(", ")}
    assert {name for name in names if not exists(name)} == set()


@pytest.mark.parametrize("path", PAGES, ids=title_of)
def test_paths_in_the_docs_exist(path):
    named = LOCATION.findall(path.read_text())
    ours = {location for location in named if location.partition("/")[0] in TOPS}
    assert {location for location in ours if not is_there(location)} == set()


@pytest.mark.parametrize("path", PAGES, ids=title_of)
def test_docs_import_from_the_face_of_a_room(path):
    modules = {module for module, _ in IMPORT.findall(path.read_text())}
    within = {
        module
        for module in modules
        if any(module.startswith(f"{face}.") for face in FACES)
    }
    assert within == set()


@pytest.mark.parametrize("room", sorted(FACES))
def test_every_face_is_protected_by_a_contract(room):
    contract = f'protected_modules = [ "{room}.*" ]'
    assert contract in (ROOT / "pyproject.toml").read_text()
