"""What RECSYS needs of the project around it."""

import sys
from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, router

from django_recsys.conf import get_settings
from django_recsys.models import Interaction
from django_recsys.training import get_artifact_storage, is_public

from .ids import message

OURS = "django_recsys.tracking.middleware.VisitorMiddleware"
PAGE_CACHES = frozenset(
    f"django.middleware.cache.{name}"
    for name in ("CacheMiddleware", "UpdateCacheMiddleware")
)
BEFORE_OURS = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
)


def check_aliases() -> Iterator[CheckMessage]:
    """CACHE, DATABASE and STORAGE must name what the project has."""
    chosen = get_settings()
    for key, alias, known, where in (
        ("DATABASE", chosen.DATABASE, connections.settings, "DATABASES"),
        ("CACHE", chosen.CACHE, settings.CACHES, "CACHES"),
        ("STORAGE", chosen.STORAGE, settings.STORAGES, "STORAGES"),
    ):
        if alias is not None and alias not in known:
            yield message(
                "E011",
                f"RECSYS[{key!r}] is {alias!r}, which {where} does not have.",
                f"{where} has {', '.join(sorted(known))}.",
            )


def check_router() -> Iterator[CheckMessage]:
    """Tables in another database than the default need a router that knows."""
    alias = get_settings().DATABASE
    if alias == DEFAULT_DB_ALIAS or alias not in connections.settings:
        return
    if router.db_for_write(Interaction) != alias:
        yield message(
            "E012",
            f"RECSYS['DATABASE'] is {alias!r}, but our rows would go to "
            f"{router.db_for_write(Interaction)!r}.",
            "Put 'django_recsys.router.RecsysRouter' first in DATABASE_ROUTERS.",
        )


def check_requests() -> Iterator[CheckMessage]:
    """Pages must not open a transaction in a database that may be away."""
    alias = get_settings().DATABASE
    if alias == DEFAULT_DB_ALIAS or alias not in connections.settings:
        return
    if connections.settings[alias].get("ATOMIC_REQUESTS"):
        yield message(
            "W003",
            f"DATABASES[{alias!r}] has ATOMIC_REQUESTS: every page opens a transaction "
            "there, and waits where that database is away.",
            "Take it off this alias; the shop's own database may keep it.",
        )


def check_middleware() -> Iterator[CheckMessage]:
    """Our middleware must come after the session and the user."""
    order = list(settings.MIDDLEWARE or ())
    if OURS not in order:
        return
    for other in BEFORE_OURS:
        if other in order and order.index(other) > order.index(OURS):
            yield message(
                "E013",
                f"VisitorMiddleware stands before {other.rpartition('.')[2]}.",
                f"Put {OURS!r} at the end of MIDDLEWARE.",
            )


def check_page_cache() -> Iterator[CheckMessage]:
    """Where whole pages are cached, our middleware says which are personal."""
    order = list(settings.MIDDLEWARE or ())
    if OURS not in order and PAGE_CACHES.intersection(order):
        yield message(
            "W004",
            "Django's middleware caches pages, but VisitorMiddleware is missing: no "
            "proxy is told that a page with personal lists is private.",
            f"Put {OURS!r} at the end of MIDDLEWARE.",
        )


def check_tasks() -> Iterator[CheckMessage]:
    """TASKS must name one of the two ways, and Celery must be there to be used."""
    tasks = get_settings().TASKS
    if tasks not in ("celery", "tick"):
        yield message(
            "E014",
            f"RECSYS['TASKS'] is {tasks!r}.",
            "Give 'celery', or 'tick' for the queue that recsys_tick works off.",
        )
    elif tasks == "celery" and "celery" not in sys.modules:
        yield message(
            "W002",
            "RECSYS['TASKS'] is 'celery', but this project has loaded no Celery app.",
            "Import your app in the project's __init__.py, as Celery's guide for "
            "Django says; otherwise trainings go to a broker that nobody configured.",
        )


def check_storage() -> Iterator[CheckMessage]:
    """Artifacts should not lie where anybody can fetch them."""
    alias = get_settings().STORAGE
    if alias is not None and alias not in settings.STORAGES:
        return  # `check_aliases` says so
    try:
        storage = get_artifact_storage()
    except (ImproperlyConfigured, ImportError, TypeError) as error:
        yield message(
            "E011",
            f"RECSYS['STORAGE']: {alias!r} cannot be opened: {error}",
            "Mend its entry in STORAGES.",
        )
        return
    if is_public(storage):
        yield message(
            "W001",
            f"RECSYS['STORAGE'] is {alias!r}: its files have public addresses.",
            "Trained models are no secret of a person, but of the shop: name a storage "
            "in STORAGES whose files lie outside MEDIA_ROOT and have no address.",
        )
