"""Views are coroutines, there is no session, and a header says who asks."""

from typing import Any

SETTINGS = {
    # Several threads must see one database.
    "DATABASES": {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": "file:asgi?mode=memory&cache=shared",
        }
    },
    "MIDDLEWARE": [
        "tests.hosts.toys.asgi.pages.user_by_header",
        "django_recsys.tracking.middleware.VisitorMiddleware",
    ],
    "MORE_URLS": ["tests.hosts.toys.asgi.urls"],
}
RECSYS: dict[str, Any] = {}
