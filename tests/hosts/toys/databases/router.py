from typing import Any

SHOP = "databases"


class ShopRouter:
    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "shop" if model._meta.app_label == SHOP else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == "shop") == (app_label == SHOP)
