"""A progress bar for terminals."""

import sys
from typing import TextIO

from django_recsys.learning.options import Progress

WIDTH = 24
COLUMNS = 100


class ProgressBar:
    """Redraws one line; silent where the output is no terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.is_seen = self.stream.isatty()
        self.title = ""

    def begin(self, title: str) -> None:
        self.title = title
        self(Progress(fraction=0.0))

    def __call__(self, progress: Progress) -> None:
        if not self.is_seen:
            return
        done = round(WIDTH * min(max(progress.fraction, 0.0), 1.0))
        bar = "#" * done + "." * (WIDTH - done)
        text = f"{self.title} [{bar}] {progress.fraction:4.0%} {progress.message}"
        self.stream.write("\r" + text[:COLUMNS].ljust(COLUMNS))
        self.stream.flush()

    def end(self) -> None:
        """Clear the line."""
        if self.is_seen:
            self.stream.write("\r" + " " * COLUMNS + "\r")
            self.stream.flush()
