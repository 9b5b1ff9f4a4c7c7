"""No accounts at all, not even Django's: an order has an e-mail address."""

from typing import Any

SETTINGS = {
    "INSTALLED_APPS": [
        "django_recsys",
        "tests.hosts.toys.house",
        "tests.hosts.toys.guests",
    ],
    "MIDDLEWARE": ["django_recsys.tracking.middleware.VisitorMiddleware"],
    "MORE_URLS": ["tests.hosts.toys.guests.urls"],
}
RECSYS: dict[str, Any] = {"PURCHASES": {"user": None, "email": "order__email"}}
