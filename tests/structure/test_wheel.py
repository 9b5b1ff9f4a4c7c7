"""The wheel holds the package with its files, and nothing of the checkout around it."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import setuptools

from tests.conftest import missing

ROOT = Path(__file__).resolve().parents[2]
NOT_SOURCES = (".*", "_build", "build", "dist", "var", "*.egg-info", "__pycache__")


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory) -> list[str]:
    if int(setuptools.__version__.split(".")[0]) < 77:
        missing("setuptools is older than the build needs (77)")
    checkout = tmp_path_factory.mktemp("wheel") / "checkout"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(*NOT_SOURCES))
    command = (sys.executable, "-m", "build", "--wheel", "--no-isolation")
    done = subprocess.run(
        command, cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = (checkout / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


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
