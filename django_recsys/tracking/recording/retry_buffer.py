"""Keeps events while a database of our own is away, and counts those that are lost.

Order lines that PURCHASES finds are not kept here: the tick catches them up.
"""

import atexit
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any

from django.utils import timezone

from django_recsys.exceptions import NotAnsweringError
from django_recsys.resilience import threads
from django_recsys.resilience.log_once import report_once
from django_recsys.tracking.async_safe import alone
from django_recsys.tracking.rows import InteractionRow

logger = logging.getLogger("django_recsys")

MOST_EVENTS = 1000
"""How many events a process keeps; some hundred kilobytes."""


class RetryBuffer:
    """What this process could not store, and how much of it is lost."""

    def __init__(self, store: Callable[[Sequence[InteractionRow]], None]) -> None:
        self._store = store
        self._waiting: deque[InteractionRow] = deque()
        self._lost: Counter[str] = Counter()
        self._since: datetime | None = None
        self._lock = Lock()
        self._storing: Future[None] | None = None

    @property
    def is_busy(self) -> bool:
        """Say whether what waited is being stored now."""
        return self._storing is not None and not self._storing.done()

    @contextmanager
    def keeping(self, *rows: InteractionRow) -> Iterator[None]:
        """Keep the rows of this block where the database hangs; count other failures.

        One that the database may still take, after the page went on, is left to it.
        """
        try:
            yield
        except NotAnsweringError as error:
            if error.late is None:
                self.keep(rows)
            else:
                error.late.add_done_callback(partial(self._came_late, rows))
            raise
        except Exception:
            for row in rows:
                self._lose(row)
            raise
        self.settle()

    def keep(self, rows: Sequence[InteractionRow]) -> None:
        """Let rows wait, and lose those for which there is no room."""
        for row in rows:
            if len(self._waiting) < MOST_EVENTS:
                self._waiting.append(row)
            else:
                self._lose(row)

    def settle(self) -> None:
        """After an event was stored again: store what waits, and log what is lost."""
        if self._waiting and not self.is_busy:
            with self._lock:
                rows = list(self._waiting)
                self._waiting.clear()
            self._storing = threads.start(partial(alone, self._store, rows))
            self._storing.add_done_callback(partial(self._came_late, rows))
        if self._since is not None:
            logger.error("%s Events are stored again.", self._sum())
            self.forget()

    def forget(self) -> None:
        """Count from zero."""
        with self._lock:
            self._since = None
            self._lost.clear()

    def give_up(self) -> None:
        """Log what is lost as the process ends."""
        for row in self._waiting:
            self._lose(row)
        if self._since is not None:
            logger.error("%s The process ends.", self._sum())

    def _came_late(self, rows: Sequence[InteractionRow], outcome: Future[Any]) -> None:
        if outcome.exception() is not None:
            self.keep(rows)

    def _lose(self, row: InteractionRow) -> None:
        with self._lock:
            self._since = self._since or timezone.now()
            self._lost[row.kind] += 1
        report_once("lost events", "%s", self._sum(), exc_info=False)

    def _sum(self) -> str:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(self._lost.items()))
        return (
            f"Events lost since {self._since:%Y-%m-%d %H:%M:%S %Z}: {kinds} (but the "
            "tick catches up the purchases that PURCHASES finds)."
        )


def retry_buffer_for(store: Callable[[Sequence[InteractionRow]], None]) -> RetryBuffer:
    """Return a buffer that logs at the end of the process what it could not store."""
    retry_buffer = RetryBuffer(store)
    atexit.register(retry_buffer.give_up)
    return retry_buffer
