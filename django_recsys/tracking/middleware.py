"""Gives guests who consented a key, and keeps personal pages out of shared caches."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from django_recsys.resilience.page_cache import keep_private

from .identity.guests import answer_cookie, attach_guest


class VisitorMiddleware:
    """Reads the guest's cookie, and sets it once something was recorded.

    A page with something personal becomes `private` and varies by cookie. It touches
    neither the session nor the database. Place it after Django's session and
    authentication middleware.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(
        self, request: HttpRequest
    ) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Serve one request."""
        if self.is_async:
            return self.serve_async(request)
        guest = attach_guest(request)
        response: HttpResponseBase = self.get_response(request)
        answer_cookie(guest, response)
        keep_private(request, response)
        return response

    async def serve_async(self, request: HttpRequest) -> HttpResponseBase:
        """Serve one request inside an event loop."""
        guest = attach_guest(request)
        response: HttpResponseBase = await self.get_response(request)
        answer_cookie(guest, response)
        keep_private(request, response)
        return response
