"""The tests' settings, with our tables in a database of their own."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import RECSYS as BASE

FOLDER = Path(os.environ["RECSYS_TEST_FOLDER"])
DATABASES = {
    alias: {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / f"{alias}.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
    for alias in ("default", "recsys")
}
DATABASE_ROUTERS = ["django_recsys.router.RecsysRouter"]
RECSYS = {**BASE, "DATABASE": "recsys"}
