"""The small things that every page needs, kept in the host's cache.

A cache that does not answer must not slow the page down: after one failure it is left
alone for a while, and what this process knew last is used instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.cache import BaseCache, caches

from django_recsys.conf import get_settings
from django_recsys.logs import report_once

PREFIX = "django_recsys:"
SECONDS = 15
"""How long another process may serve from an old pointer after a promotion."""
PAUSE_SECONDS = 30.0
"""How long a cache that failed is left alone."""

Remembered = TypeVar("Remembered")
_MISSING: Any = object()
_last_known: dict[str, tuple[float, Any]] = {}
_paused_until = 0.0


def remembered(name: str, build: Callable[[], Remembered]) -> Remembered:
    """Return a value from the cache, or build it and keep it for `SECONDS`."""
    found: Any = _MISSING
    with working_cache() as cache:
        found = cache.get(PREFIX + name, _MISSING) if cache else last_known(name)
    if found is _MISSING:
        found = build()
        _last_known[name] = (time.monotonic(), found)
        with working_cache() as cache:
            if cache:
                cache.set(PREFIX + name, found, SECONDS)
    value: Remembered = found
    return value


def forget(*names: str) -> None:
    """Drop values after a change; other processes follow within `SECONDS`."""
    for name in names:
        _last_known.pop(name, None)
    with working_cache() as cache:
        if cache:
            cache.delete_many([PREFIX + name for name in names])


@contextmanager
def working_cache() -> Iterator[BaseCache | None]:
    """Give the cache, None while it is left alone; its failure ends the block."""
    global _paused_until
    if time.monotonic() < _paused_until:
        yield None
        return
    try:
        yield caches[get_settings().CACHE]
    except Exception:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        report_once("cache", "The cache does not answer; it is left alone for a while.")


def last_known(name: str) -> Any:
    """Return what this process built in the last seconds, `_MISSING` if nothing."""
    noted_at, value = _last_known.get(name, (float("-inf"), _MISSING))
    return value if time.monotonic() - noted_at < SECONDS else _MISSING


def start_afresh() -> None:
    """Forget what this process knows and that the cache failed (for tests)."""
    global _paused_until
    _last_known.clear()
    _paused_until = 0.0
