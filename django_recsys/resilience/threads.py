"""Threads that work for a page which may stop waiting for them.

`ThreadPoolExecutor` would do, but the interpreter waits at its end for every thread of
one, and a thread that hangs in a socket would keep a server from stopping.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")

_idle: list[OwnThread] = []


class OwnThread(Thread):
    """One thread; it takes one job after another."""

    def __init__(self) -> None:
        super().__init__(name="django_recsys", daemon=True)
        self.jobs: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()

    def run(self) -> None:
        """Work until the process ends."""
        while True:
            job, work = self.jobs.get()
            try:
                result = work()
            except BaseException as error:  # handed to whoever waits
                _idle.append(self)
                job.set_exception(error)
            else:
                _idle.append(self)
                job.set_result(result)


def start(work: Callable[[], Result]) -> Future[Result]:
    """Let a thread call `work`, with the context variables of the caller."""
    try:
        thread = _idle.pop()
    except IndexError:
        thread = OwnThread()
        thread.start()
    job: Future[Result] = Future()
    thread.jobs.put((job, partial(copy_context().run, work)))
    return job


# A forked process has the list, but none of the threads.
os.register_at_fork(after_in_child=_idle.clear)
