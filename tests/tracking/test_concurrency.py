"""Every road of one purchase at the same moment, over a database of a real shop."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.tracking.racing import ROUNDS, race

ROOT = Path(__file__).parents[2]


def race_in_a_file(folder):
    """Race in a process of its own: SQLite in memory would serialize the threads."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.tracking.racing"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "RECSYS_TEST_DATABASE_URL": f"sqlite:///{folder / 'shop.sqlite3'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "could not" not in done.stderr
    return json.loads(done.stdout)


@pytest.mark.django_db(transaction=True)
def test_one_purchase_is_one_row_when_all_roads_race(tmp_path):
    on_file = connection.vendor == "sqlite"
    found = race_in_a_file(tmp_path) if on_file else race()
    assert len(found) == ROUNDS
    for rows in found.values():
        ((event_id, _visitor_key),) = rows
        assert event_id.startswith("shop.orderline:")
