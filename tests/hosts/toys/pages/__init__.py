"""Items are pages: their primary key is the link to the parent, as in Wagtail."""

from typing import Any

RECSYS: dict[str, Any] = {
    "ITEM_QUERYSET": "tests.hosts.toys.pages.shop.live",
    "AVAILABLE": {"is_live": True},
}
