"""Items are known by a slug, in any script, and it is the primary key."""

from typing import Any

RECSYS: dict[str, Any] = {"AVAILABLE": {"is_sold": True}}
