"""Ask again over a new connection, where a long wait let the old one be dropped."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connections

from django_recsys.resilience.log_once import logger

from .alias import our_alias

Found = TypeVar("Found")
PAUSE_SECONDS = 0.5


def with_reconnect(query: Callable[[], Found], *, seconds: float = 0.0) -> Found:
    """Return what a query finds; a dropped connection is replaced, and it asks again.

    Tries once more at least, and then for `seconds`; the last error is raised. Within
    a transaction, which is over with its connection, the first one is.
    """
    until = time.monotonic() + seconds
    has_tried = False
    while True:
        try:
            return query()
        except (InterfaceError, OperationalError) as error:
            connection = connections[our_alias()]
            is_late = has_tried and time.monotonic() >= until
            if connection.in_atomic_block or is_late:
                raise
            logger.warning("The database dropped a connection: %s.", error)
            connection.close()
        if has_tried:
            time.sleep(PAUSE_SECONDS)
        has_tried = True
