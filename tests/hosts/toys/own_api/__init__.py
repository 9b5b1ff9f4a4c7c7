"""The host has an API of its own, whose defaults would break every endpoint of ours."""

from typing import Any

SETTINGS = {
    "MORE_URLS": ["tests.hosts.toys.own_api.urls"],
    "REST_FRAMEWORK": {
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.TemplateHTMLRenderer"],
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "rest_framework.authentication.BasicAuthentication"
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
        "DEFAULT_THROTTLE_RATES": {"anon": "1/day"},
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 1,
        "EXCEPTION_HANDLER": "tests.hosts.toys.own_api.urls.teapot",
    },
}
RECSYS: dict[str, Any] = {}
