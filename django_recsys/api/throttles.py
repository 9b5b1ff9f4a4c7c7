"""How often one visitor, and one network, may ask."""

import time
from hashlib import sha256
from typing import Any, ClassVar

from django.core.cache import BaseCache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from django_recsys.serving import PREFIX, working_cache
from django_recsys.tracking import origin_of, visitor_of

WINDOW_SECONDS = 60
VISITORS_OF_ORIGIN = 20
"""As many visitors with a key may one network hold: an office, a mobile network. Those
without a key, who could get a new one with each request, count as one visitor."""


class VisitorThrottle(BaseThrottle):
    """Counts requests in windows of a minute, by visitor and by network.

    A cache that does not answer throttles nobody: the endpoint works without it.
    """

    scope: ClassVar[str]
    most: ClassVar[int]
    """Requests of one visitor in a window."""
    cost = 1
    """As how many this one counts."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Say whether the visitor may go on."""
        is_allowed = True
        with working_cache() as cache:
            if cache is not None:
                counts = [
                    (self.count(cache, name, self.cost), most)
                    for name, most in self.buckets(request)
                ]
                is_allowed = all(count <= most for count, most in counts)
        return is_allowed

    def buckets(self, request: Request) -> list[tuple[str, int]]:
        """Return what the request is counted in, and how much each holds."""
        key = visitor_of(request._request).key
        origin = origin_of(request._request)
        buckets = [] if key is None else [(key, self.most)]
        if origin is not None:
            most = self.most if key is None else self.most * VISITORS_OF_ORIGIN
            kind = "guests" if key is None else "visitors"
            buckets.append((f"{kind}:{origin}", most))
        return buckets

    def count(self, cache: BaseCache, name: str, cost: int = 1) -> int:
        """Return what was spent in this window, this request included."""
        window = int(time.time()) // WINDOW_SECONDS
        digest = sha256(f"{self.scope} {name} {window}".encode()).hexdigest()[:32]
        key = f"{PREFIX}throttle:{digest}"
        cache.add(key, 0, 2 * WINDOW_SECONDS)
        try:
            return int(cache.incr(key, cost))
        except ValueError:  # it was pushed out of a full cache
            return cost

    def wait(self) -> float:
        """Return the seconds until the next window."""
        return WINDOW_SECONDS - time.time() % WINDOW_SECONDS


class ReadThrottle(VisitorThrottle):
    """Lists: ten a second, which no person reaches."""

    scope = "read"
    most = 600


class EventThrottle(VisitorThrottle):
    """Batches of events: two a second."""

    scope = "events"
    most = 120


class EventBudget(VisitorThrottle):
    """Events, in batches of any size: each is a row that a page waits behind."""

    scope = "rows"
    most = 1200

    def __init__(self, events: int) -> None:
        self.cost = events


class PersonThrottle(VisitorThrottle):
    """Export and erasure."""

    scope = "me"
    most = 20
