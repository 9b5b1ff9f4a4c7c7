"""The shop that is upgraded: the suite's host, on a database and a storage of its own.

What is stored depends on these values (a buyer's key on the secret, the lists on what
is available): they stay as they are, for every folder below `before`.
"""

from tests.settings import *  # noqa: F403

SECRET_KEY = "only-for-tests"
RECSYS = {
    "ITEM_MODEL": "shop.Product",
    "AVAILABLE": {"is_active": True, "stock__gt": 0},
    "PURCHASES": {
        "model": "shop.OrderLine",
        "item": "product",
        "user": "order__user",
        "email": "order__email",
        "at": "order__created_at",
        "reference": "order__number",
        "line": "pk",
        "quantity": "quantity",
        "price": "unit_price",
        "where": {"order__paid": True},
    },
    "SOCIAL_GRAPH": "tests.upgrade.shop.friends",
    "STORAGE": "recsys",
    "TASKS": "tick",
}
