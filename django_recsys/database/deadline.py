"""Bounds how long a page waits for our tables, where they have a database of their own.

Apart from the shop's, such a database may be gone while the shop is well. One that
refuses costs a page nothing; one that hangs would hold it for minutes, and the timeouts
of the drivers are too long (libpq's is two seconds at least). So the page lends its
connection to another thread and goes on without an answer after a moment. Then the
database is left alone for a while, or until the late answer comes after all.
"""

import socket
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from django_recsys.exceptions import NotAnsweringError
from django_recsys.resilience import threads
from django_recsys.resilience.circuit_breaker import CircuitBreaker

from .alias import our_alias

DEADLINE_SECONDS = 0.075
PAUSE_SECONDS = 5.0
MOST_STUCK = 4
"""How many threads may hang at once, each with its connection."""

Result = TypeVar("Result")

circuit = CircuitBreaker(PAUSE_SECONDS)
_stuck: list[tuple[Future[Any], BaseDatabaseWrapper]] = []
_spare: list[BaseDatabaseWrapper] = []
"""Connections whose answer came after the page had gone on."""


def within_deadline(
    work: Callable[[], Result], *, seconds: float = DEADLINE_SECONDS
) -> Result:
    """Return what `work` returns, which may use no other database than ours.

    Raises `NotAnsweringError` after so many seconds, or at once while the database is
    left alone. In the shop's own database, in SQLite, and inside a transaction that
    the shop has opened on ours, `work` is simply called.
    """
    alias = our_alias()
    connection = connections[alias]
    if not is_apart(connection):
        return work()
    if circuit.is_open:
        raise NotAnsweringError(f"Database {alias!r} is left alone: it did not answer.")
    free_the_stuck(alias)
    if connection.connection is None and _spare:
        connection = connections[alias] = _spare.pop()
    job = threads.start(partial(borrow, connection, work))
    try:
        error = job.exception(seconds)
    except TimeoutError:
        abandon(connection, job)
        raise NotAnsweringError(
            f"Database {alias!r} did not answer within {seconds} seconds.", job
        ) from None
    if isinstance(error, (OperationalError, InterfaceError)) and is_lost(connection):
        circuit.open()
        raise NotAnsweringError(f"Database {alias!r} is gone: {error}") from error
    return job.result()


def is_apart(connection: BaseDatabaseWrapper) -> bool:
    """Say whether our database may be gone while the shop's is well."""
    return (
        connection.alias != DEFAULT_DB_ALIAS
        and connection.vendor != "sqlite"
        and not connection.in_atomic_block
    )


def borrow(connection: BaseDatabaseWrapper, work: Callable[[], Result]) -> Result:
    """Call `work` in this thread, over the connection of a thread that waits."""
    connection.inc_thread_sharing()
    connections[connection.alias] = connection
    try:
        return work()
    finally:
        del connections[connection.alias]
        connection.dec_thread_sharing()


def abandon(connection: BaseDatabaseWrapper, job: Future[Any]) -> None:
    """Leave the connection to the other thread; this one opens another when it must."""
    circuit.open()
    connection.inc_thread_sharing()  # for good: another thread adopts it
    del connections[connection.alias]
    _stuck.append((job, connection))
    job.add_done_callback(partial(came_late, connection))


def came_late(connection: BaseDatabaseWrapper, job: Future[Any]) -> None:
    """Ask the database again where the late answer is a good one."""
    if job.exception() is not None:
        connection.close()
        return
    _spare.append(connection)
    circuit.close()


def free_the_stuck(alias: str) -> None:
    """Cut the connections that still hang after a pause, so that no thread is lost.

    Raises `NotAnsweringError` where too many hang in spite of that.
    """
    _stuck[:] = [(job, connection) for job, connection in _stuck if not job.done()]
    for _job, connection in _stuck:
        hang_up(connection)
    if len(_stuck) >= MOST_STUCK:
        circuit.open()
        raise NotAnsweringError(f"Database {alias!r} hangs {len(_stuck)} connections.")


def hang_up(connection: BaseDatabaseWrapper) -> None:
    """End a connection under the thread that waits for it.

    One that is still being made ends by the driver's `connect_timeout`.
    """
    raw = connection.connection
    # psycopg and mysqlclient tell their descriptor; PyMySQL's socket does.
    descriptor = getattr(raw, "fileno", None) or getattr(
        getattr(raw, "_sock", None), "fileno", None
    )
    if descriptor is None:
        return
    try:
        with socket.fromfd(descriptor(), socket.AF_INET, socket.SOCK_STREAM) as end:
            end.shutdown(socket.SHUT_RDWR)
    except (OSError, ValueError, OperationalError):
        return  # it ended meanwhile


def is_lost(connection: BaseDatabaseWrapper) -> bool:
    """Say whether there is no connection any more, as against a refused statement."""
    raw = connection.connection
    return raw is None or bool(getattr(raw, "closed", not getattr(raw, "open", True)))


def reset() -> None:
    """Ask the database again at once (for tests)."""
    circuit.close()
    _stuck.clear()
