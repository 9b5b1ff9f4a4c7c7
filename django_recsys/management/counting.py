"""Show counts on a terminal: while rows are read, and at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.management.base import OutputWrapper

STEP = 100_000


class CountPrinter:
    """Writes one line each time another hundred thousand rows were read."""

    def __init__(self, out: OutputWrapper, *, is_quiet: bool = False) -> None:
        self.out = out
        self.is_quiet = is_quiet
        self._next = STEP

    def __call__(self, read: int) -> None:
        """Take note that so many rows were read so far."""
        if read < self._next:
            return
        self._next = (read // STEP + 1) * STEP
        if not self.is_quiet:
            # Progress is no error: without a style it would come out in red.
            self.out.write(f"{read:,} rows read", style_func=str)


def sentence(counts: Mapping[str, Any]) -> str:
    """Return counts one below the other; those of zero are left out."""
    shown = {
        name.replace("_", " "): value
        for name, value in counts.items()
        if value and not isinstance(value, (bool, dict))
    }
    width = max((len(name) for name in shown), default=0)
    return "\n".join(
        f"  {name:<{width}}  {value:,}"
        if isinstance(value, int)
        else f"  {name:<{width}}  {value}"
        for name, value in shown.items()
    )
