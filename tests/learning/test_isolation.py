import subprocess
import sys

import pytest

HEAVY = "django torch scipy sklearn implicit pandas celery rest_framework pyarrow"


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "-c", script],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split()) & set(HEAVY.split())


@pytest.mark.parametrize(
    "code",
    [
        "import django_recsys.learning",
        "from django_recsys.learning import Interactions, create, ALGORITHMS",
        "from django_recsys.learning.registry import *\n"
        "from django_recsys.learning.hyperparameters import hyperparameters_of\n"
        "assert all(hyperparameters_of(get_recommender_class(name)) or True "
        "for name in ALGORITHMS)",
    ],
)
def test_declarations_load_numpy_at_most(code):
    assert loaded_after(code) == set()


def test_fitting_loads_no_framework():
    code = (
        "from django_recsys.testing.factories import checkerboard\n"
        "from django_recsys.learning import create\n"
        "create('ease').fit(checkerboard())"
    )
    assert loaded_after(code) <= {"scipy"}
