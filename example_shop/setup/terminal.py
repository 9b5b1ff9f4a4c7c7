"""Progress on the terminal: what is going on, how long it took, how much it needed."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django_recsys.learning import format_table


def peak_memory() -> float:
    """Return the highest memory of this process or any child so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KiB
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(each).ru_maxrss for each in who) * unit / 1e6


def say(line: str = "") -> None:
    print(line)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, and say its seconds and the peak memory when it is done."""
    say(f"\n▸ {title}")
    start = time.perf_counter()
    yield
    seconds = time.perf_counter() - start
    say(f"  done in {seconds:.1f} s (peak memory so far {peak_memory():,.0f} MB)")


def table(header: list[str], rows: list[list[str]]) -> None:
    """Print rows under a header, the first column left, the others right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = format_table([header, ["─" * width for width in widths], *rows])
    say("  " + lines.replace("\n", "\n  "))
