"""Which of the host's databases holds our tables."""

from __future__ import annotations

from django.db import router

from django_recsys.models import Interaction


def our_alias() -> str:
    """Return the alias of the database that holds our tables."""
    return router.db_for_write(Interaction)
