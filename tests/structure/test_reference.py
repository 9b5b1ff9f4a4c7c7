"""What a user types is described: docs/reference keeps step with the code."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from django.dispatch import Signal
from django.urls import URLPattern

import django_recsys
from django_recsys import signals
from django_recsys.api import urls
from django_recsys.conf import RecsysSettings
from django_recsys.learning import KIND_WEIGHTS
from django_recsys.templatetags import recsys

PACKAGE = Path(django_recsys.__file__).parent
REFERENCE = PACKAGE.parent / "docs" / "reference"

SETTINGS = [declared.name for declared in fields(RecsysSettings)]
SIGNALS = [name for name, value in vars(signals).items() if isinstance(value, Signal)]
COMMANDS = [path.stem for path in (PACKAGE / "management/commands").glob("recsys_*.py")]
TAGS = sorted(recsys.register.tags)
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
