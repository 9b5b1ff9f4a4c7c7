"""System checks: every wrong setting has an id, a sentence and a way out.

`IDS` lists them all; `docs/reference/checks.md` explains each.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, register

from .ids import IDS
from .items import check_available, check_item_fields, check_item_models
from .project import (
    check_aliases,
    check_middleware,
    check_page_cache,
    check_requests,
    check_router,
    check_storage,
    check_tasks,
)
from .purchases import check_purchases
from .shape import (
    check_keys,
    check_mapping,
    check_numbers,
    check_paths,
    check_types,
    check_weights,
)

__all__ = ["IDS", "check_settings"]

CHECKS: Sequence[Callable[[], Iterator[CheckMessage]]] = (
    check_mapping,
    check_keys,
    check_types,
    check_item_models,
    check_paths,
    check_item_fields,
    check_available,
    check_purchases,
    check_weights,
    check_numbers,
    check_aliases,
    check_router,
    check_requests,
    check_middleware,
    check_page_cache,
    check_tasks,
    check_storage,
)


@register("recsys")
def check_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Look at RECSYS and at what it needs of the project; no database is asked."""
    return [message for check in CHECKS for message in check()]
