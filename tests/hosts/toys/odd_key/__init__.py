"""Items have a UUID under an odd name, and no page of their own."""

from typing import Any

RECSYS: dict[str, Any] = {}
