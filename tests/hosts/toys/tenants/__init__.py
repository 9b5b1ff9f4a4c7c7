"""Several shops in one database: the manager refuses while no tenant is set."""

from typing import Any

SETTINGS = {
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "tests.hosts.toys.tenants.tenant.TenantMiddleware",
        "django_recsys.tracking.middleware.VisitorMiddleware",
    ]
}
RECSYS: dict[str, Any] = {
    "ITEM_QUERYSET": "tests.hosts.toys.tenants.shop.all_items",
    "AVAILABLE": "tests.hosts.toys.tenants.shop.of_tenant",
}
