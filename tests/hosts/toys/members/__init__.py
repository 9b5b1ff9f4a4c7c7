"""The user model is the host's own: a UUID, and an e-mail address to log in with."""

from typing import Any

SETTINGS = {"AUTH_USER_MODEL": "members.Member"}
RECSYS: dict[str, Any] = {"PURCHASES": {"user": "order__buyer"}}
