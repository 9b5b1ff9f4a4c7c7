"""The wheel holds the package with its files, and nothing of the checkout around it."""

import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import tomllib
import zipfile
from email import message_from_string
from email.message import Message
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import setuptools
from packaging.requirements import Requirement

from tests.conftest import missing

ROOT = Path(__file__).resolve().parents[2]
NOT_SOURCES = (".*", "_build", "build", "dist", "var", "*.egg-info", "__pycache__")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    if int(setuptools.__version__.split(".")[0]) < 77:
        missing("setuptools is older than the build needs (77)")
    checkout = tmp_path_factory.mktemp("wheel") / "checkout"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(*NOT_SOURCES))
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", cwd=checkout)
    [built] = (checkout / "dist").glob("*.whl")
    return built


def run(*command: str | Path, cwd: Path, environ: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel_names(wheel) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def metadata(wheel, wheel_names) -> Message:
    [name] = (name for name in wheel_names if name.endswith(".dist-info/METADATA"))
    with zipfile.ZipFile(wheel) as archive:
        return message_from_string(archive.read(name).decode())


def test_wheel_holds_one_package_only(wheel_names):
    tops = {name.split("/")[0] for name in wheel_names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"django_recsys"}


def test_wheel_holds_every_file_of_the_package(wheel_names):
    package = ROOT / "django_recsys"
    files = {
        path.relative_to(ROOT).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "django_recsys/py.typed" in files
    assert files <= set(wheel_names)


def test_wheel_carries_the_license(wheel_names):
    assert any(name.endswith("licenses/LICENSE") for name in wheel_names)


def test_wheel_holds_what_other_programs_look_for(wheel_names):
    """A type checker, and Django's loaders of templates, static files and commands."""
    oscar = "django_recsys/contrib/oscar"
    for name in (
        "django_recsys/py.typed",
        "django_recsys/api/openapi.json",
        "django_recsys/static/django_recsys/recsys.css",
        "django_recsys/templates/django_recsys/placement.html",
        "django_recsys/management/commands/recsys_tick.py",
        f"{oscar}/templates/django_recsys/placement.html",
        f"{oscar}/management/commands/recsys_oscar_suggest.py",
        f"{oscar}/migrations/0001_initial.py",
    ):
        assert name in wheel_names


def test_wheel_holds_no_test_no_example_and_no_data(wheel_names):
    foreign = [
        name
        for name in wheel_names
        if {"tests", "example_shop", "benchmarks", "docs"} & set(name.split("/"))
        or name.endswith((".csv", ".parquet", ".npz", ".sqlite3", ".json", ".pyc"))
    ]
    assert foreign == [
        "django_recsys/api/openapi.json",
        "django_recsys/learning/resources/costs.json",
    ]


def test_metadata_is_what_an_index_shows(metadata):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (metadata["Name"], metadata["Version"]) == ("django-recsys", "0.1.0")
    assert metadata["Summary"] == project["description"]
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload().strip() == (ROOT / "README.md").read_text().strip()
    assert "Typing :: Typed" in metadata.get_all("Classifier")


def test_metadata_asks_for_the_base_and_offers_the_extras(metadata):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [Requirement(line) for line in metadata.get_all("Requires-Dist")]
    base = {each.name for each in asked if each.marker is None}
    assert base == {Requirement(line).name for line in project["dependencies"]}
    assert not base & {"torch", "optuna", "matplotlib", "pyarrow", "django-oscar"}
    extras = set(metadata.get_all("Provides-Extra"))
    assert extras == set(project["optional-dependencies"])


@pytest.mark.slow
def test_wheel_works_in_an_empty_environment(wheel, tmp_path):
    """Only the base dependencies: no extra, no test tool, not this checkout."""
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    pip = (python, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "install", "--quiet", wheel, cwd=tmp_path)
    run(*pip, "check", cwd=tmp_path)
    program = (
        "import django_recsys, django_recsys.learning as learning, pathlib;"
        "assert 'venv' in pathlib.Path(django_recsys.__file__).parts;"
        "from django.conf import settings; settings.configure("
        "INSTALLED_APPS=['django.contrib.auth', 'django.contrib.contenttypes',"
        " 'django_recsys'], RECSYS={'ITEM_MODEL': 'auth.User'},"
        " DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3',"
        " 'NAME': ':memory:'}});"
        "import django; django.setup();"
        "from django.core.management import call_command;"
        "call_command('check'); call_command('migrate', verbosity=0);"
        "call_command('recsys_backfill')"
    )
    run(python, "-c", program, cwd=tmp_path)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args) -> None:
        """Keep the requests out of what the test prints."""


@pytest.fixture
def index(wheel, tmp_path):
    """The address of a package index that holds our wheel and nothing else."""
    folder = tmp_path / "index" / "django-recsys"
    folder.mkdir(parents=True)
    shutil.copy(wheel, folder)
    handler = partial(Quiet, directory=folder.parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def python(tmp_path) -> Path:
    """An environment with the packages of this one, but without ours."""
    others = tmp_path / "others"
    others.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if path.suffix != ".pth" and "django_recsys" not in path.name:
            (others / path.name).symlink_to(path)
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", cwd=tmp_path)
    [packages] = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (packages / "others.pth").write_text(f"{others}\n")
    return tmp_path / "venv" / "bin" / "python"


def test_fresh_project_installs_it_by_name_from_an_index(index, python, tmp_path):
    told = ("PIP_", "PYTHON", "DJANGO_", "RECSYS_")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(told)}
    environ |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    outside = partial(run, cwd=tmp_path, environ=environ)
    found = "import importlib.util as u; print(u.find_spec('django_recsys').origin)"
    absent = "import importlib.util as u; assert not u.find_spec('django_recsys')"
    outside(python, "-c", absent)
    pip = (sys.executable, "-m", "pip", "--python", python, "install")
    outside(*pip, "--index-url", index, "--retries", "0", "django-recsys")
    installed = Path(outside(python, "-c", found).strip())
    assert installed.is_relative_to(tmp_path / "venv")

    outside(python, "-m", "django", "startproject", "shop")
    settings = tmp_path / "shop" / "shop" / "settings.py"
    ours = (
        'INSTALLED_APPS += ["django_recsys"]\n'
        'RECSYS = {"ITEM_MODEL": "auth.User", "AVAILABLE": {"is_active": True}}\n'
    )
    settings.write_text(settings.read_text() + ours)
    manage = (python, tmp_path / "shop" / "manage.py")
    assert "no issues" in outside(*manage, "check")
    assert "django_recsys.0001_initial... OK" in outside(*manage, "migrate")
    outside(*manage, "migrate", "--check")
