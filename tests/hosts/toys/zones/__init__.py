"""Five and a half hours from Greenwich, in aware datetimes."""

from typing import Any

SETTINGS = {"USE_TZ": True, "TIME_ZONE": "Asia/Kolkata"}
RECSYS: dict[str, Any] = {}
