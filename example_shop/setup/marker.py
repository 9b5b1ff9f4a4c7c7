"""The file that says: the shop in this folder is complete, and made by these versions.

Without it, or with other versions in it, the first start begins from nothing, so that
an interrupted one leaves nothing half done behind.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django_recsys

from .source import PACKAGE, package_version

SHOP_VERSION = 1
"""Raised whenever the loader would fill the shop differently."""

_NAME = "ready.json"
_MADE_HERE = (
    "shop.sqlite3",
    "shop.sqlite3-wal",
    "shop.sqlite3-shm",
    "models",
    "broker",
    _NAME,
)


def versions() -> dict[str, Any]:
    return {
        "example_shop": SHOP_VERSION,
        "django_recsys": django_recsys.__version__,
        PACKAGE: package_version(),
    }


def read_marker(folder: Path) -> dict[str, Any] | None:
    """Return what the complete shop in the folder was made of, None if it is not."""
    try:
        marker = json.loads((folder / _NAME).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return marker if marker.get("versions") == versions() else None


def write_marker(folder: Path, **facts: Any) -> None:
    """Declare the shop complete; the rename makes it one step."""
    draft = folder / (_NAME + ".new")
    draft.write_text(json.dumps({"versions": versions(), **facts}, indent=2))
    draft.replace(folder / _NAME)


def clear(folder: Path) -> None:
    """Remove what an earlier or interrupted first start made, and nothing else."""
    for name in _MADE_HERE:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder for one first start at a time.

    Raises:
      BlockingIOError: Another process is setting this shop up.
    """
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
