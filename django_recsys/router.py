"""Keeps the tables of django_recsys in the database that RECSYS["DATABASE"] names."""

from typing import Any

from django_recsys.conf import get_settings

APP_LABEL = "django_recsys"


class RecsysRouter:
    """Route our models, and nobody else's, to one alias."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """Name the alias for our models; no opinion on others."""
        return get_settings().DATABASE if is_ours(model) else None

    db_for_write = db_for_read

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool | None:
        """Allow relations among our own rows."""
        return True if is_ours(first) and is_ours(second) else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Create our tables in one database only."""
        return db == get_settings().DATABASE if app_label == APP_LABEL else None


def is_ours(model: Any) -> bool:
    """Say whether a model, or an instance of one, belongs to this app."""
    label: str = model._meta.app_label
    return label == APP_LABEL
