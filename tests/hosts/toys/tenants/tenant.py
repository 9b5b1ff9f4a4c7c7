"""Whose shop a request is about."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

TENANT: ContextVar[str] = ContextVar("tenant")


class TenantMiddleware:
    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        request.tenant = request.META.get("HTTP_X_TENANT", "north")
        token = TENANT.set(request.tenant)
        try:
            return self.get_response(request)
        finally:
            TENANT.reset(token)
