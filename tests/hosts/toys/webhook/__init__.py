"""Lines are saved after the order, and a webhook says later that it was paid."""

from typing import Any

RECSYS: dict[str, Any] = {"PURCHASES": {"where": {"order__is_paid": True}}}
