"""Deleting only hides: the default manager leaves hidden items out."""

from typing import Any

RECSYS: dict[str, Any] = {}
