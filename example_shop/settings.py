"""Settings of the example shop: one SQLite file, no further service.

Environment variables, all optional:

``RECSYS_SHOP_DATA``
    Folder of the database, the trained models and the secret key (default
    ``example_shop/var``).
``RECSYS_SHOP_HOSTS``
    Host names the shop answers to, separated by commas.
``RECSYS_SHOP_REDIS_URL``
    Use Redis as cache and, through Celery, as broker.
``RECSYS_SHOP_CELERY``
    ``1`` runs trainings by Celery without Redis: messages are files in the folder.
``RECSYS_SHOP_TRAINING_MINUTES``
    How long one training may take (default 240).
``RECSYS_SHOP_DEBUG``
    ``1`` turns Django's debug pages on.
"""

import os
import secrets
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
DATA_DIR = Path(os.environ.get("RECSYS_SHOP_DATA") or BASE_DIR / "var").resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
REDIS_URL = os.environ.get("RECSYS_SHOP_REDIS_URL", "")
HAS_CELERY = bool(REDIS_URL) or os.environ.get("RECSYS_SHOP_CELERY") == "1"


def _secret_key() -> str:
    """Return this installation's own key, made at the first start."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text()


SECRET_KEY = _secret_key()
DEBUG = os.environ.get("RECSYS_SHOP_DEBUG") == "1"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS += [
    host for host in os.environ.get("RECSYS_SHOP_HOSTS", "").split(",") if host
]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "example_shop.storefront",
    "example_shop.catalogue",
    "example_shop.basket",
    "example_shop.orders",
    "example_shop.accounts",
    "django_recsys",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_recsys.tracking.middleware.VisitorMiddleware",
]

ROOT_URLCONF = "example_shop.urls"
WSGI_APPLICATION = "example_shop.wsgi.application"

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
                "example_shop.storefront.context.shop",
            ]
        },
    }
]

# Readers never wait for the writer (WAL); a writer takes its lock at once and waits
# for another one instead of failing half way (IMMEDIATE, timeout in seconds).
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "shop.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
        }
    }
    CELERY_BROKER_URL = REDIS_URL
elif HAS_CELERY:
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "broker" / "messages"),
        "data_folder_out": str(DATA_DIR / "broker" / "messages"),
        "control_folder": str(DATA_DIR / "broker" / "control"),
    }
    for _folder in CELERY_BROKER_TRANSPORT_OPTIONS.values():
        Path(_folder).mkdir(parents=True, exist_ok=True)
if HAS_CELERY:
    CELERY_BEAT_SCHEDULE = {
        "recsys": {"task": "django_recsys.tick", "schedule": 15.0},
    }

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "recsys": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "models"},
    },
}

LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "storefront:home"
LOGOUT_REDIRECT_URL = "storefront:home"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]

RECSYS = {
    "ITEM_MODEL": "catalogue.Product",
    "ITEM_QUERYSET": "example_shop.catalogue.models.items_with_category",
    "ITEM_FIELDS": {
        "title": "name",
        "category": "category__name",
        "brand": "brand",
        "price": "price",
        "url": "get_absolute_url",
    },
    "AVAILABLE": {"is_active": True, "stock__gt": 0},
    "PURCHASES": {
        "model": "orders.OrderLine",
        "item": "product",
        "user": "order__user",
        "at": "order__created_at",
        "reference": "order__number",
        "line": "pk",
        "quantity": "quantity",
        "price": "unit_price",
        "where": {"order__paid": True},
    },
    "STORAGE": "recsys",
    "TASKS": "celery" if HAS_CELERY else "tick",
    "TRAINING_MINUTES": float(os.environ.get("RECSYS_SHOP_TRAINING_MINUTES") or 240),
}
