"""One log line for a failure that may repeat on every page."""

import logging
import time

logger = logging.getLogger("django_recsys")

QUIET_SECONDS = 60.0

_last_said: dict[str, float] = {}


def report_once(event: str, message: str, *args: object, exc_info: bool = True) -> None:
    """Log an error, at most once a minute for the same `event` in this process.

    Call it in an except block; the traceback is logged along.
    """
    moment = time.monotonic()
    if moment - _last_said.get(event, float("-inf")) < QUIET_SECONDS:
        return
    _last_said[event] = moment
    logger.error(message, *args, exc_info=exc_info)


def forget_reports() -> None:
    """Let every event be logged again (for tests)."""
    _last_said.clear()
