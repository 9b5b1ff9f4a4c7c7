"""Views are coroutines, there is no session, and a header says who asks."""

from typing import Any

SETTINGS = {
    "MIDDLEWARE": [
        "tests.hosts.toys.asgi.pages.user_by_header",
        "django_recsys.tracking.middleware.VisitorMiddleware",
    ],
    "MORE_URLS": ["tests.hosts.toys.asgi.urls"],
}
RECSYS: dict[str, Any] = {}
