"""What is known of the machinery: settings, database, cache, storage, broker."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.cache import caches
from django.core.checks import ERROR, run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from django_recsys.conf import get_settings
from django_recsys.learning import ArtifactError
from django_recsys.models import RecommenderConfig
from django_recsys.training import get_artifact_storage, is_public, verify_artifact

from .findings import Finding, fail, ok, warn

APP = "django_recsys"
REACH_BROKER = "django_recsys.tasks.reach_broker"
OWN_MEMORY = "LocMemCache"
NO_MEMORY = "DummyCache"


def examine_settings(now: datetime) -> Iterator[Finding]:
    """Repeat what the system checks say of RECSYS."""
    if not get_settings().ENABLED:
        yield warn("switch", "RECSYS['ENABLED'] is False", "Set it to True.")
    said = run_checks(tags=["recsys"])
    for message in said:
        state = fail if message.level >= ERROR else warn
        yield state("settings", f"{message.id}: {message.msg}", str(message.hint or ""))
    if not said:
        yield ok("settings", "the system checks find nothing")


def examine_migrations(now: datetime) -> Iterator[Finding]:
    """Say which of our migrations are not applied."""
    connection = connections[get_settings().DATABASE]
    loader = MigrationExecutor(connection).loader
    applied = {name for app, name in loader.applied_migrations if app == APP}
    known = {name for app, name in loader.disk_migrations if app == APP}
    if missing := sorted(known - applied):
        remedy = f"Run manage.py migrate {APP}"
        if connection.alias != "default":
            remedy += f" --database {connection.alias}"
        yield fail("migrations", f"not applied: {', '.join(missing)}", f"{remedy}.")
    else:
        yield ok("migrations", f"{len(known)} applied")


def examine_broker(now: datetime) -> Iterator[Finding]:
    """Ask the broker whether it is there, where Celery runs the trainings."""
    if get_settings().TASKS != "celery":
        yield ok("broker", "not needed: the tick runs the trainings")
        return
    try:
        address = import_string(REACH_BROKER)()
    except Exception as error:
        remedy = "Start it, or see CELERY_BROKER_URL; till then the tick trains."
        yield fail("broker", f"does not answer: {error}", remedy)
    else:
        yield ok("broker", f"{address} answers")


def examine_cache(now: datetime) -> Iterator[Finding]:
    """Send a value to the cache and back."""
    alias = get_settings().CACHE
    kind = settings.CACHES[alias]["BACKEND"].rsplit(".", 1)[-1]
    if kind == NO_MEMORY:
        remedy = "Name a real one in CACHES: every page reads three rows more."
        yield warn("cache", f"{alias} keeps nothing ({kind})", remedy)
        return
    key, value = f"django_recsys:doctor:{uuid4().hex}", uuid4().hex
    remedy = "Pages work without, but slower: start it or see CACHES."
    try:
        caches[alias].set(key, value, 10)
        came_back = caches[alias].get(key) == value
        caches[alias].delete(key)
    except Exception as error:
        yield fail("cache", f"{alias} does not answer: {error}", remedy)
        return
    if not came_back:
        yield fail("cache", f"{alias} forgets what it is given", remedy)
        return
    note = ", each process its own" if kind == OWN_MEMORY else ""
    yield ok("cache", f"{alias} answers ({kind}{note})")


def examine_storage(now: datetime) -> Iterator[Finding]:
    """Write a file where models are kept, and see who else could read it."""
    storage = get_artifact_storage()
    try:
        name = storage.save(f"doctor/{uuid4().hex}", ContentFile(b"doctor"))
        storage.delete(name)
    except Exception as error:
        remedy = "Let the worker write there, or name another in RECSYS['STORAGE']."
        yield fail("storage", f"{place_of(storage)}: {error}", remedy)
        return
    if is_public(storage):
        remedy = "Models tell what people bought: name a private one in STORAGES."
        yield warn("storage", f"{place_of(storage)} is served to the public", remedy)
    else:
        yield ok("storage", f"{place_of(storage)} can be written and is private")


def examine_artifacts(now: datetime) -> Iterator[Finding]:
    """Read the file of each model that serves: a page does not need it, until later."""
    serving = RecommenderConfig.objects.exclude(serving=None)
    for config in serving.exclude(serving__artifact="").select_related("serving"):
        try:
            verify_artifact(config.serving.artifact)
        except (ArtifactError, OSError) as error:
            yield fail(
                "model file",
                f"{config.serving}: {error}",
                f"Its lists serve on. Run manage.py recsys_train {config.key}.",
            )


def place_of(storage: Storage) -> str:
    """Return where a storage keeps its files, or its kind."""
    return str(getattr(storage, "location", type(storage).__name__))


def judge_server(connection: Any, options: dict[str, Any]) -> Finding:
    """Say whether a database apart from the shop's can be given up in time."""
    detail = f"{connection.alias}: {connection.display_name}"
    if connection.alias == DEFAULT_DB_ALIAS or "connect_timeout" in options:
        return ok("database", detail)
    remedy = (
        "Set OPTIONS {'connect_timeout': 2} on this alias: pages do not wait for it, "
        "but a thread of each process may hang for minutes."
    )
    return warn("database", f"{detail}, without connect_timeout", remedy)


def examine_database(now: datetime) -> Iterator[Finding]:
    """Say what SQLite needs beside a training."""
    alias = get_settings().DATABASE
    connection = connections[alias]
    options = connection.settings_dict.get("OPTIONS", {})
    if connection.vendor != "sqlite":
        yield judge_server(connection, options)
        return
    if str(options.get("transaction_mode", "")).upper() == "IMMEDIATE":
        yield ok("database", f"{alias}: SQLite with immediate transactions")
        return
    remedy = (
        "Set OPTIONS {'transaction_mode': 'IMMEDIATE', 'timeout': 20}: a page may "
        "fail with 'database is locked' while a training publishes."
    )
    yield warn("database", f"{alias}: SQLite with deferred transactions", remedy)
