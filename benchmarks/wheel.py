"""The wheel's size, and the time to import it, in an environment of its own.

    python -m benchmarks.wheel

Builds the wheel, installs it with its base dependencies into an empty environment, and
starts Python there a few times; the median of the seconds counts, less those of a
Python that imports nothing. The result goes to benchmarks/results/wheel.json.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).parent / "results" / "wheel.json"
NOT_SOURCES = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "var")
ROUNDS = 7
DJANGO = (
    "from django.conf import settings; settings.configure(INSTALLED_APPS=["
    "'django.contrib.auth', 'django.contrib.contenttypes'{app}],"
    " RECSYS={{'ITEM_MODEL': 'auth.User'}}); import django; django.setup()"
)
PROGRAMS = {
    "import django_recsys": "import django_recsys",
    "import django_recsys.learning": "import django_recsys.learning",
    "django.setup() without": DJANGO.format(app=""),
    "django.setup() with": DJANGO.format(app=", 'django_recsys'"),
}


def run(*command: str | Path) -> None:
    """Run a program; raises where it fails."""
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def milliseconds(python: Path, program: str) -> float:
    """Return the median time of a process, outside of this checkout."""
    taken = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        command = [python, "-c", program]
        subprocess.run(command, check=True, cwd=python.parent)
        taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)


def size_mb(folder: Path) -> float:
    """Return the size of the files below a folder, in MB."""
    sizes = (path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return round(sum(sizes) / 1e6, 1)


def main() -> None:
    """Build, install, measure, print and keep the result."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # A copy, since a build leaves its own files in the folder that it builds.
        shutil.copytree(ROOT, folder / "checkout", ignore=NOT_SOURCES)
        source = folder / "checkout"
        run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, source)
        [wheel] = folder.glob("*.whl")
        run(sys.executable, "-m", "venv", folder / "venv")
        python = folder / "venv" / "bin" / "python"
        run(python, "-m", "pip", "install", "--quiet", wheel)
        packages = next((folder / "venv" / "lib").glob("*/site-packages"))
        nothing = milliseconds(python, "pass")
        found = {
            program: round(milliseconds(python, code) - nothing)
            for program, code in PROGRAMS.items()
        }
        with zipfile.ZipFile(wheel) as archive:
            files = len(archive.namelist())
        result = {
            "wheel_kb": round(wheel.stat().st_size / 1000),
            "files": files,
            "installed_mb": size_mb(packages / "django_recsys"),
            "with_base_dependencies_mb": size_mb(packages),
            "milliseconds": found,
        }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
