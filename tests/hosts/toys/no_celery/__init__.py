"""Celery is not even installed: whoever imports it fails."""

import sys
from typing import Any

sys.modules["celery"] = None  # type: ignore[assignment]

RECSYS: dict[str, Any] = {"TASKS": "tick"}
