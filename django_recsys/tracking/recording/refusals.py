"""Why nothing is recorded: what was refused lately, counted by kind and reason.

No visitor and no item is named. The counts lie in the shop's cache for two days; a page
adds to a number of its own process, and another thread carries that over now and then.
"""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import product
from threading import Lock

from django.core.cache import caches
from django.http import HttpRequest
from django.utils import timezone

from django_recsys.conf import get_settings
from django_recsys.models import Interaction
from django_recsys.resilience import threads
from django_recsys.tracking.identity.visitors import (
    has_consent,
    is_bot,
    is_staff,
    objects_to_tracking,
)

STAFF = "staff"
OBJECTION = "Global Privacy Control or Do Not Track"
CONSENT = "no consent"
ROBOT = "a program, not a browser"
COOKIE = "a guest without a cookie: is VisitorMiddleware in MIDDLEWARE?"
ITEM = "no item of the shop"
REASONS = (STAFF, OBJECTION, CONSENT, ROBOT, COOKIE, ITEM)

KEPT_SECONDS = 2 * 24 * 3600
PAUSE_SECONDS = 10.0
"""Between two times that a process carries its counts over."""

Refusal = tuple[str, str]
"""A kind of interaction and a reason."""


def reason_of(account: object, request: HttpRequest | None) -> str:
    """Return why the browsing of this visitor is not recorded."""
    if is_staff(account):
        return STAFF
    if request is None:
        return COOKIE
    if objects_to_tracking(request):
        return OBJECTION
    if is_bot(request):
        return ROBOT
    return COOKIE if has_consent(request, None) else CONSENT


class RefusalCounter:
    """Counts in this process, and hands the counts to the cache from a thread."""

    def __init__(self) -> None:
        self._counts: Counter[Refusal] = Counter()
        self._lock = Lock()
        self._due = 0.0

    def add(self, kind: str, reason: str, times: int = 1) -> None:
        """Count a refusal; takes microseconds and raises nothing."""
        with self._lock:
            self._counts[kind, reason] += times
            is_due = time.monotonic() >= self._due
            if is_due:
                self._due = time.monotonic() + PAUSE_SECONDS
        if is_due:
            threads.start(self.flush)

    def flush(self) -> None:
        """Add what was counted to the cache; a failure loses counts, nothing else."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        cache = caches[get_settings().CACHE]
        for refusal, times in counts.items():
            key = key_of(refusal, timezone.now())
            cache.add(key, 0, KEPT_SECONDS)
            cache.incr(key, times)


def refused_since_yesterday(now: datetime) -> Counter[Refusal]:
    """Return what was refused today and yesterday; raises where no cache answers."""
    refusals = list(product(Interaction.Kind.values, REASONS))
    keys = {
        key_of(refusal, now - timedelta(days=ago)): refusal
        for refusal in refusals
        for ago in (0, 1)
    }
    found = caches[get_settings().CACHE].get_many(keys)
    counts: Counter[Refusal] = Counter()
    for key, times in found.items():
        counts[keys[key]] += times
    return counts


def key_of(refusal: Refusal, now: datetime) -> str:
    """Return the cache's key of a day's count."""
    kind, reason = refusal
    return f"django_recsys:refused:{now:%Y%m%d}:{kind}:{REASONS.index(reason)}"


def sentence_of(counts: Iterable[tuple[str, int]]) -> str:
    """Return reasons with their numbers, the most frequent first."""
    ordered = sorted(counts, key=lambda each: -each[1])
    return ", ".join(f"{times:,} refused: {reason}" for reason, times in ordered)


refusals = RefusalCounter()
