"""USE_TZ is off, and the clock is New York's."""

from typing import Any

SETTINGS = {"USE_TZ": False, "TIME_ZONE": "America/New_York"}
RECSYS: dict[str, Any] = {}
