"""Orders hold variants; the price stands there, in cents, and so does the stock."""

from typing import Any

RECSYS: dict[str, Any] = {
    "CANONICAL": "tests.hosts.toys.variants.shop.product_of",
    "ITEM_FIELDS": {"price": "tests.hosts.toys.variants.shop.lowest_price"},
    "ITEM_QUERYSET": "tests.hosts.toys.variants.shop.items",
    "AVAILABLE": {"variants__stock__gt": 0},
    "PURCHASES": {"item": "variant", "price": None},
}
