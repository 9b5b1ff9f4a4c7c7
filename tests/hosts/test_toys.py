"""Every toy host passes the same acceptance: see `toys/walk.py`."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.services.conftest import statement

ROOT = Path(__file__).resolve().parents[2]
TOYS = Path(__file__).parent / "toys"
NAMES = sorted(path.parent.name for path in TOYS.glob("*/shop.py"))

EXPECTED = {
    "checks": ["house.W001"],
    "backfill": 96,
    "again": 0,
    "doctor fails": [],
    "similar suits": True,
    "list suits": True,
    "view recorded": True,
    "purchase recorded": 1,
    "list changed": True,
    "once after the catch-up": True,
    "left behind": [0, 0, 0, 0],
    "receipts": [True, True],
    "without our table": 200,
    "page stands": True,
    "loads celery": False,
}


@pytest.fixture
def database_url():
    """Give an empty database of the kind that the whole suite runs on."""
    server = os.environ.get("RECSYS_TEST_DATABASE_URL", "sqlite://")
    if server.startswith("sqlite"):
        yield "sqlite://"
        return
    name = f"recsys_{uuid.uuid4().hex[:12]}"
    statement(server, f"CREATE DATABASE {name}")
    try:
        yield f"{server.rsplit('/', 1)[0]}/{name}"
    finally:
        statement(server, f"DROP DATABASE {name}")


@pytest.mark.parametrize("name", NAMES)
def test_host_takes_the_plugin_in(name, tmp_path, database_url):
    command = [sys.executable, "-W", "error::DeprecationWarning", "-m"]
    done = subprocess.run(
        [*command, "tests.hosts.toys.walk"],
        cwd=ROOT,
        env={
            **os.environ,
            "RECSYS_TOY_HOST": name,
            "RECSYS_TOY_DATABASE_URL": database_url,
            "RECSYS_TEST_STORAGE": str(tmp_path),
            "OMP_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    guesses = seen.pop("guesses")
    assert all(guesses.values()), guesses
    assert {key: seen.get(key) for key in EXPECTED} == EXPECTED
