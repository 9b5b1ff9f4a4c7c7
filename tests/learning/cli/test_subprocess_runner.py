import json
import subprocess
import sys

PROGRESS_OF_THREADS = """
from concurrent.futures import ThreadPoolExecutor
from django_recsys.learning.cli.subprocess_runner import report_to_parent
from django_recsys.learning.options import Progress
with ThreadPoolExecutor(8) as pool:
    list(pool.map(report_to_parent, [Progress(fraction=0.5, message="half")] * 4000))
"""


def test_progress_of_several_threads_stays_in_lines():
    done = subprocess.run(
        [sys.executable, "-c", PROGRESS_OF_THREADS],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stderr.splitlines()
    assert len(lines) == 4000
    for line in lines:
        assert json.loads(line.removeprefix("progress: "))["message"] == "half"
