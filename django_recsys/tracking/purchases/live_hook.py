"""Records order lines as they are saved: all lines of a transaction at once."""

from functools import partial
from threading import local
from typing import Any

from django.utils import timezone

from django_recsys.database.savepoints import savepoint
from django_recsys.tracking.error_boundary import never_raises
from django_recsys.tracking.events import announce
from django_recsys.tracking.on_commit import after_commit

from .reader import record_lines
from .sources import PurchaseSource

_waiting = local()


def line_was_saved(source: PurchaseSource, key: Any, *, using: str) -> None:
    """Record this line after the commit.

    Every saved line asks to be called back, since a savepoint may drop some of the
    calls; the first one that comes records all lines that wait. A line that was rolled
    back may wait longer: it is looked up then, and not found.
    """
    waiting_of(source, using).add(key)
    after_commit(partial(record_waiting, source, using), using=using)


def waiting_of(source: PurchaseSource, using: str) -> set[Any]:
    """Return the keys of lines that this thread saved and did not record yet."""
    waiting: dict[tuple[PurchaseSource, str], set[Any]] | None
    waiting = getattr(_waiting, "keys", None)
    if waiting is None:
        waiting = _waiting.keys = {}
    return waiting.setdefault((source, using), set())


@never_raises("record order lines")
def record_waiting(source: PurchaseSource, using: str) -> None:
    """Record all lines that wait; the callbacks after the first find none."""
    waiting = waiting_of(source, using)
    keys = list(waiting)
    waiting.clear()
    if keys:
        with savepoint():
            buyers = record_lines(source, keys, now=timezone.now())
        announce(*buyers)
