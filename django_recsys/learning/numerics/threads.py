"""Threads and cores."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Found = TypeVar("Found")


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_threads(
    find: Callable[[slice], Found], parts: Iterable[slice], threads: int | None = None
) -> list[Found]:
    """Return the result of each slice, in order; by default a thread per core.

    numpy releases the lock while it computes. BLAS is limited to one thread each: on
    products of this size its own threads mostly wait for each other.
    """
    parts = list(parts)
    threads = threads or available_cores()
    if len(parts) < 2 or threads == 1:
        return [find(part) for part in parts]
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        return list(pool.map(find, parts))
