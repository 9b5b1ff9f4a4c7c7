"""How often one visitor may ask."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from django_recsys.serving import working_cache
from django_recsys.tracking import visitor_of


class VisitorThrottle(SimpleRateThrottle):
    """Counts by visitor, by address where there is no key.

    A cache that does not answer throttles nobody: the endpoint works without it.
    """

    def get_cache_key(self, request: Request, view: Any) -> str:
        """Return one key for each visitor and scope."""
        ident = visitor_of(request._request).key or self.get_ident(request)
        return f"django_recsys:throttle:{self.scope}:{ident}".replace(" ", "")

    def allow_request(self, request: Request, view: Any) -> bool:
        """Say whether the visitor may go on."""
        allowed = True
        with working_cache() as cache:
            if cache is not None:
                self.cache = cache
                allowed = super().allow_request(request, view)
        return allowed


class ReadThrottle(VisitorThrottle):
    """Lists: ten a second, which no person reaches."""

    scope = "read"
    rate = "600/min"


class EventThrottle(VisitorThrottle):
    """Batches of events: two a second."""

    scope = "events"
    rate = "120/min"


class PersonThrottle(VisitorThrottle):
    """Export and erasure."""

    scope = "me"
    rate = "20/min"
