"""Our tables may lie in another database than the shop's."""

import json
import os
import subprocess
import sys
from pathlib import Path


def test_rows_wait_for_the_commit_of_the_shop(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.tracking.two_databases"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "RECSYS_TEST_FOLDER": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "alias": "recsys",
        "inside the shop's transaction": 0,
        "after its commit": 1,
        "after a rollback": 1,
        "inside both": 1,
        "after both": 2,
        "after a line": 3,
        "already recorded": 1,
        "after the user is gone": 0,
    }
