"""Settings of one host; RECSYS_TOY_HOST names it."""

import os
import tempfile
from importlib import import_module
from typing import Any

from tests.databases import database_from_url

NAME = os.environ["RECSYS_TOY_HOST"]
HOST = import_module(f"tests.hosts.toys.{NAME}")


def settings_of(host: Any) -> dict[str, Any]:
    """Return what a host lays over an ordinary project."""
    return getattr(host, "SETTINGS", {})


SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "UTC"
ROOT_URLCONF = "tests.hosts.toys.urls"
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django_recsys",
    "tests.hosts.toys.house",
    f"tests.hosts.toys.{NAME}",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_recsys.tracking.middleware.VisitorMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"]
        },
    },
]
DATABASES = {
    "default": database_from_url(
        os.environ.get("RECSYS_TOY_DATABASE_URL", "sqlite://")
    ),
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "artifacts": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": os.environ.get("RECSYS_TEST_STORAGE", tempfile.gettempdir())
        },
    },
}

for key, value in settings_of(HOST).items():
    globals()[key] = value

# The purchases of most hosts: what `tests.hosts.toys.house` offers as base classes.
LINES = {
    "model": f"{NAME}.Line",
    "item": "item",
    "user": "order__user",
    "at": "order__created_at",
    "reference": "order__pk",
    "quantity": "quantity",
    "price": "price",
}
RECSYS: dict[str, Any] = {
    "ITEM_MODEL": f"{NAME}.Item",
    "PURCHASES": LINES,
    "STORAGE": "artifacts",
    **HOST.RECSYS,
}
if isinstance(RECSYS["PURCHASES"], list):
    RECSYS["PURCHASES"] = [{**LINES, **changed} for changed in RECSYS["PURCHASES"]]
elif RECSYS["PURCHASES"]:
    RECSYS["PURCHASES"] = {**LINES, **RECSYS["PURCHASES"]}
RECSYS["PURCHASES"] = RECSYS["PURCHASES"] or None
