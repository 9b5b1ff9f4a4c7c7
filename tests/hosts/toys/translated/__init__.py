"""Names are no columns: they lie in a table, one row a language."""

from typing import Any

SETTINGS = {
    "LANGUAGE_CODE": "de",
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "tests.hosts.toys.translated",
        "tests.hosts.toys.house",
        "django_recsys",
    ],
}
RECSYS: dict[str, Any] = {"ITEM_QUERYSET": "tests.hosts.toys.translated.shop.items"}
