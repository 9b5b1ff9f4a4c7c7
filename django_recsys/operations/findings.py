"""What the doctor says about one thing."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    name: str
    state: str
    """"ok", "warn" or "fail"."""
    detail: str
    """What was found."""
    remedy: str = ""
    """What to do about it; empty where nothing has to be done."""

    def as_dict(self) -> dict[str, str]:
        """Return what is printed as JSON."""
        return asdict(self)


Examination = Callable[[datetime], Iterable[Finding]]
"""Looks at one thing; given what time it is."""


def ok(name: str, detail: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(name, "ok", detail)


def warn(name: str, detail: str, remedy: str) -> Finding:
    """Say that something works less well than it could."""
    return Finding(name, "warn", detail, remedy)


def fail(name: str, detail: str, remedy: str) -> Finding:
    """Say that something does not work."""
    return Finding(name, "fail", detail, remedy)
