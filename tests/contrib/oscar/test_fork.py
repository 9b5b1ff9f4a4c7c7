"""A shop that forks Oscar's apps has other model classes behind the same signals."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def run(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "tests.contrib.oscar.fork", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)}
        | {"RECSYS_TEST_DATABASE_URL": f"sqlite:///{arguments[0]}/shop.sqlite3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_forked_catalogue_and_orders_are_heard_and_read(tmp_path):
    run(str(tmp_path), "fork")
    assert json.loads(run(str(tmp_path)).splitlines()[-1]) == {
        "checks": [],
        "models": ["forks.catalogue.models", "forks.order.models"],
        "page": 200,
        "stored": True,
        "already recorded": 2,
        "described": True,
    }
