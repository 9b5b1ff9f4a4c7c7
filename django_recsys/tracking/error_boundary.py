"""Keeps our failures out of the host's pages: caught, and logged once a minute."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django_recsys.resilience.log_once import report_once


def never_raises(what: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Wrap a function so that whatever goes wrong in it is logged, never raised."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def safe(*args: Any, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except Exception as error:
                report_once(
                    f"{what}: {type(error).__qualname__}",
                    "django_recsys could not %s; the page was served without it. The "
                    "same error is logged once a minute.",
                    what,
                )

        return safe

    return decorate
