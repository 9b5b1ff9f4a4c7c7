"""A shop whose Redis, broker, and database of our tables lie behind proxies.

Nothing is set that would shorten a wait: what a shop forgets is the plugin's concern.
"""

import os

from tests.databases import database_from_url
from tests.services.settings import *  # noqa: F403
from tests.services.settings import DATABASES, RECSYS

DATABASES = {
    **DATABASES,
    "recsys": {
        **database_from_url(os.environ["RECSYS_OURS_DATABASE_URL"]),
        "CONN_MAX_AGE": 60,
    },
}
DATABASE_ROUTERS = ["django_recsys.router.RecsysRouter"]
RECSYS = {**RECSYS, "DATABASE": "recsys"}
ROOT_URLCONF = "tests.services.stopped_urls"
