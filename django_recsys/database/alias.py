"""Which of the host's databases holds our tables."""

from django.apps import apps
from django.db import router

ANY_OF_OURS = "django_recsys.Interaction"
"""All our tables are in one database, whichever router says so."""


def our_alias() -> str:
    """Return the alias of the database that holds our tables."""
    return router.db_for_write(apps.get_model(ANY_OF_OURS))
