"""One algorithm in a process of its own, so that its peak memory is its own."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

from django_recsys.learning.exceptions import RecsysError
from django_recsys.learning.options import Progress

COMMAND = "django_recsys.learning"

BAD_INPUT = 2
"""The exit code for bad input."""
_MARK = "progress: "


def report_to_parent(progress: Progress) -> None:
    """Write progress from the child, for ``run_subprocess`` to read."""
    fields = {"fraction": progress.fraction, "message": progress.message}
    # One system call writes one piece; `print` lets other threads write in between.
    os.write(sys.stderr.fileno(), f"{_MARK}{json.dumps(fields)}\n".encode())


def run_subprocess(
    arguments: Sequence[str],
    name: str,
    progress: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """Run the command line with these arguments and return the JSON that it prints.

    Raises RecsysError with the child's last line, after the name unless the input was
    bad.
    """
    command = [sys.executable, "-m", COMMAND, *arguments]
    last_line = "it was stopped"
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.PIPE, text=True
        )
        with process:
            for line in process.stderr or ():
                if not line.startswith(_MARK):
                    last_line = line.strip() or last_line
                elif progress is not None:
                    progress(Progress(**json.loads(line.removeprefix(_MARK))))
        if process.returncode:
            reason = last_line.removeprefix("error: ")
            is_input = process.returncode == BAD_INPUT
            raise RecsysError(reason if is_input else f"{name}: {reason}")
        output.seek(0)
        result: dict[str, Any] = json.load(output)
    return result
