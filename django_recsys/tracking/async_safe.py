"""Lets a coroutine call what asks the database, which Django forbids there."""

import asyncio
import os
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

from django.db import connections

from django_recsys.resilience import threads

Result = TypeVar("Result")


def outside_event_loop(function: Callable[..., Result]) -> Callable[..., Result]:
    """Wrap a function so that a call inside an event loop runs in another thread.

    The loop waits meanwhile: a coroutine that can should await `asend` in its place.
    """

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Result:
        if not is_in_loop():
            return function(*args, **kwargs)
        return threads.start(partial(alone, function, *args, **kwargs)).result()

    return called


def is_in_loop() -> bool:
    """Say whether Django would refuse the database here, by its own rule."""
    if os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE"):
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def alone(function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
    """Call a function in a thread that serves no request, and close what it opened."""
    try:
        return function(*args, **kwargs)
    finally:
        connections.close_all()
