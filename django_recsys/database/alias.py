"""Which of the host's databases holds our tables."""

from functools import cache

from django.apps import apps
from django.db import router
from django.db.models import Model

ANY_OF_OURS = "django_recsys.Interaction"
"""All our tables are in one database, whichever router says so."""


def our_alias() -> str:
    """Return the alias of the database that holds our tables."""
    return router.db_for_write(_any_of_ours())


@cache
def _any_of_ours() -> type[Model]:
    """Return the model: each list asks, and the registry looks it up each time."""
    return apps.get_model(ANY_OF_OURS)
