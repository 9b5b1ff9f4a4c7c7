"""The small things that every page needs, kept in the host's cache.

A cache that does not answer must not slow the page down: after one failure it is left
alone for a while, and what this process knew last is used instead.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.core.cache import BaseCache, caches
from django.core.cache.backends.redis import RedisCache

from django_recsys.conf import get_settings
from django_recsys.resilience.circuit_breaker import CircuitBreaker
from django_recsys.resilience.log_once import report_once

PREFIX = "django_recsys:"
SECONDS = 15
"""How long another process may serve from an old pointer after a promotion."""
PAUSE_SECONDS = 30.0
"""How long a cache that failed is left alone."""
DEADLINE_SECONDS = 0.04
"""How long a page waits for a Redis, to connect and to answer."""
OUR_MISTAKES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
REDIS_TIMEOUTS = ("socket_connect_timeout", "socket_timeout")

Value = TypeVar("Value")
_MISSING: Any = object()
_last_known: dict[str, tuple[float, Any]] = {}
_short_timeouts: WeakKeyDictionary[BaseCache, BaseCache] = WeakKeyDictionary()
"""The shop's client in each thread, and ours beside it."""
_circuit = CircuitBreaker(PAUSE_SECONDS)


def get_or_build(name: str, build: Callable[[], Value]) -> Value:
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
    value: Value = found
    return value


def invalidate(*names: str) -> None:
    """Drop values after a change; other processes follow within `SECONDS`."""
    for name in names:
        _last_known.pop(name, None)
    with working_cache() as cache:
        if cache:
            cache.delete_many([PREFIX + name for name in names])


@contextmanager
def working_cache() -> Iterator[BaseCache | None]:
    """Give the cache, None while it is left alone; its failure ends the block.

    A key or a value that it does not take is no failure of the service.
    """
    if _circuit.is_open:
        yield None
        return
    try:
        yield with_short_timeouts(caches[get_settings().CACHE])
    except OUR_MISTAKES:
        report_once(
            "cache-use", "The cache refuses what it is asked; going on without."
        )
    except Exception:
        _circuit.open()
        report_once("cache", "The cache does not answer; it is left alone for a while.")


def with_short_timeouts(cache: BaseCache) -> BaseCache:
    """Return a client of the same Redis that gives up before a page gets slow.

    The shop's own client may wait as long as the shop likes. Other backends are used
    as they are.
    """
    if not isinstance(cache, RedisCache):
        return cache
    if cache not in _short_timeouts:
        timeouts = dict.fromkeys(REDIS_TIMEOUTS, DEADLINE_SECONDS)
        # Only the constructor reads them, so it is called with the shop's own entry.
        entry = dict(caches.settings[get_settings().CACHE])
        entry["OPTIONS"] = {**entry.get("OPTIONS", {}), **timeouts}
        _short_timeouts[cache] = type(cache)(entry.pop("LOCATION", ""), entry)
    return _short_timeouts[cache]


def last_known(name: str) -> Any:
    """Return what this process built in the last seconds, `_MISSING` if nothing."""
    noted_at, value = _last_known.get(name, (float("-inf"), _MISSING))
    return value if time.monotonic() - noted_at < SECONDS else _MISSING


def reset() -> None:
    """Forget what this process knows and that the cache failed (for tests)."""
    _last_known.clear()
    _circuit.close()
