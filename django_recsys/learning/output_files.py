"""Files that a user names to be written: never an input, never somebody else's file."""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from .exceptions import DataError

HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One file to write."""

    path: Path
    option: str
    """Which option names it, as in "--report"."""
    is_ours: Callable[[str], bool]
    """Whether a file that begins with this text was written by the same option."""


def check_outputs(outputs: Sequence[Output], inputs: Iterable[Path]) -> None:
    """Raise DataError where writing would destroy something; opens nothing to write.

    Only an earlier file of the same option may be replaced. Call it before any work,
    so that a wrong name costs no hours.
    """
    taken = {path.resolve(): "is read" for path in inputs}
    for output in outputs:
        where = f"{output.option}: {output.path}"
        path = output.path.resolve()
        for other, use in taken.items():
            if path == other or _is_same(path, other):
                raise DataError(f"{where} {use} by this very command: name another.")
        taken[path] = "is written"
        if not path.parent.is_dir():
            raise DataError(f"{where}: there is no folder {path.parent}.")
        if path.exists() and not (path.is_file() and output.is_ours(_head(path))):
            raise DataError(
                f"{where} exists and was not written by {output.option}: name another, "
                "or remove it first."
            )


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Give a text file that takes its name when it is complete; else nothing changes.

    Raises OSError where it cannot be written.
    """
    path = path.resolve()  # what a link leads to, not the link
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with aside.open("w", newline="", encoding="utf-8") as file:
            yield file
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def report_files(path: Path) -> tuple[Path, Path]:
    """Return the page of ``evaluate --report`` and the JSON beside it."""
    return path, path.parent / f"{path.stem}.json"


def is_page(head: str) -> bool:
    """Say whether this begins a page of ``evaluate --report``."""
    return head.startswith("<!doctype html>") and "<title>Recommenders comp" in head


def is_results(head: str) -> bool:
    """Say whether this begins the JSON of ``evaluate --report``."""
    return re.match(r'\{\s*"results": \[\s*(\{\s*"algorithm":|\])', head) is not None


def is_study(head: str) -> bool:
    """Say whether this begins a search of ``evaluate --study``: Optuna's journal."""
    try:
        entry = json.loads(head.partition("\n")[0])
    except ValueError:
        return False
    return isinstance(entry, dict) and {"op_code", "worker_id"} <= entry.keys()


def _is_same(path: Path, other: Path) -> bool:
    """Say whether two names lead to one file, as hard links do."""
    return path.exists() and other.exists() and path.samefile(other)


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES).decode("utf-8", errors="replace")
