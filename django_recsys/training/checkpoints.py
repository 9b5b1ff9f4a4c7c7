"""Where a long fit leaves what it has, to go on from after its process was killed."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django_recsys.learning import Interactions

from .artifact_storage import working_folder
from .spec import TrainingSpec

STALE_SECONDS = 24 * 3600.0
"""What is older is no head start any more."""


@contextmanager
def checkpoint_of(
    spec: TrainingSpec, rows: Interactions, *, is_kept: bool
) -> Iterator[Path | None]:
    """Give the file of a fit, removed at its end; None where nothing is kept.

    The same spec over the same items finds it again. Rows that came meanwhile do no
    harm: the fit goes on over them. Only a killed process leaves the file behind.
    """
    if not is_kept:
        yield None
        return
    path = working_folder() / f"{mark_of(spec, rows)}.npz"
    remove_stale()
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def mark_of(spec: TrainingSpec, rows: Interactions) -> str:
    """Return a name that another spec, or other items, do not share.

    A fit to be measured knows nothing of the newest rows: the hour of the newest row
    keeps it apart from the one that serves.
    """
    newest = int(rows.timestamps.max() // 3600) if len(rows) else 0
    digest = hashlib.sha256(f"{spec} {rows.kind_names} {newest}".encode())
    digest.update(rows.items.ids.tobytes())
    return digest.hexdigest()[:32]


def remove_stale() -> None:
    """Remove what killed fits left long ago."""
    oldest = time.time() - STALE_SECONDS
    for path in working_folder().glob("*.npz*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
