"""The smallest ordinary host project: Django's own apps, a shop, the plugin.

RECSYS_TEST_DATABASE_URL moves it to another database, for example
``postgres://root@127.0.0.1:5432/test`` or ``mysql://root@127.0.0.1:3306/test``.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests.databases import database_from_url

BASE_DIR = Path(__file__).resolve().parent

SECRET_KEY = "only-for-tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = os.environ.get(
    "RECSYS_TEST_AUTO_FIELD", "django.db.models.BigAutoField"
)
ROOT_URLCONF = "tests.urls"
LOGIN_REDIRECT_URL = "/"
STATIC_URL = "static/"
# Hashing is not what is tested here.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_recsys",
    "tests.hosts.shop",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_recsys.tracking.middleware.VisitorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": database_from_url(
        os.environ.get("RECSYS_TEST_DATABASE_URL", "sqlite://")
    ),
}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Trainings run in child processes, which find the same folder by the variable.
if "RECSYS_TEST_STORAGE" not in os.environ:
    os.environ["RECSYS_TEST_STORAGE"] = tempfile.mkdtemp(prefix="recsys-test-")
    atexit.register(shutil.rmtree, os.environ["RECSYS_TEST_STORAGE"], True)

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "recsys": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": os.environ["RECSYS_TEST_STORAGE"]},
    },
}

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
    "STORAGE": "recsys",
}
