import json
import subprocess
import sys

TOLD_BY_THREADS = """
from concurrent.futures import ThreadPoolExecutor
from django_recsys.learning.cli.subprocess_runner import tell_parent
from django_recsys.learning.options import Progress
with ThreadPoolExecutor(8) as pool:
    list(pool.map(tell_parent, [Progress(fraction=0.5, message="half")] * 4000))
"""


def test_progress_of_several_threads_stays_in_lines():
    done = subprocess.run(
        [sys.executable, "-c", TOLD_BY_THREADS],
        capture_output=True,
        text=True,
        check=True,
    )
    told = done.stderr.splitlines()
    assert len(told) == 4000
    for line in told:
        assert json.loads(line.removeprefix("progress: "))["message"] == "half"
