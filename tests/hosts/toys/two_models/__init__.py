"""Books and records have the same ids."""

from typing import Any

RECSYS: dict[str, Any] = {
    "ITEM_MODEL": ["two_models.Book", "two_models.Record"],
    "PURCHASES": [
        {"model": "two_models.BookLine", "item": "book"},
        {"model": "two_models.RecordLine", "item": "record"},
    ],
}
