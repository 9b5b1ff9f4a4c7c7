"""Keeps our failures out of the host's pages: caught, and logged once a minute."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

logger = logging.getLogger("django_recsys")

QUIET_SECONDS = 60.0
_last_logged: dict[tuple[str, str], float] = {}


def log_once(what: str, error: BaseException) -> None:
    """Log an error unless the same kind was logged within the last minute.

    A database that is down would otherwise fill the log with one traceback a view.
    """
    kind = (what, type(error).__qualname__)
    now = time.monotonic()
    if now - _last_logged.get(kind, -QUIET_SECONDS) < QUIET_SECONDS:
        return
    _last_logged[kind] = now
    logger.error(
        "django_recsys could not %s; the page was served without it. The same error "
        "is logged once a minute.",
        what,
        exc_info=error,
    )


def guarded(what: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Wrap a function so that whatever goes wrong in it is logged, never raised."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def safe(*args: Any, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except Exception as error:
                log_once(what, error)

        return safe

    return decorate
