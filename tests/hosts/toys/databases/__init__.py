"""The shop's tables lie in one database, ours in another, by the host's router."""

from typing import Any

SETTINGS = {
    "DATABASES": {
        alias: {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"file:{alias}?mode=memory&cache=shared",
        }
        for alias in ("default", "shop", "recsys")
    },
    "DATABASE_ROUTERS": [
        "django_recsys.router.RecsysRouter",
        "tests.hosts.toys.databases.router.ShopRouter",
    ],
}
RECSYS: dict[str, Any] = {"DATABASE": "recsys", "PURCHASES": {"user": "order__user_id"}}
