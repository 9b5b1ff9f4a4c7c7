"""Ask a worker to rescore a visitor who did something, without making a page wait."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from django.utils.module_loading import import_string

from django_recsys.conf import get_settings
from django_recsys.resilience import threads
from django_recsys.resilience.circuit_breaker import CircuitBreaker
from django_recsys.resilience.log_once import report_once
from django_recsys.serving import PREFIX, get_or_build, working_cache
from django_recsys.tracking import never_raises, visitor_acted

SENDERS = {"celery": "django_recsys.tasks.send_rescoring"}
"""RECSYS["TASKS"] -> the sender. "tick" has none: it would come too late."""
PAUSE_SECONDS = 30.0
"""How long a broker that failed is left alone."""
MOST_SENDING = 4
"""Requests that may hang in a broker at once; further ones are dropped."""

Sender = Callable[[str, int], None]

circuit = CircuitBreaker(PAUSE_SECONDS)
_sending: set[Future[None]] = set()


def connect_rescoring() -> None:
    """Listen to what visitors do."""
    uid = "django_recsys.operations.rescore_requests"
    visitor_acted.connect(on_act, weak=False, dispatch_uid=uid)


@never_raises("ask for a visitor's rescoring")
def on_act(*, visitor_key: str, **sent: Any) -> None:
    """Ask once for all that the visitor does within the pause."""
    settings = get_settings()
    path = SENDERS.get(settings.TASKS)
    seconds = settings.RESCORE_SECONDS
    if path is None or not seconds or circuit.is_open:
        return
    if is_first(visitor_key, seconds) and get_or_build("rescorable", can_rescore):
        send_request(import_string(path), visitor_key, seconds)


def is_first(visitor_key: str, seconds: int) -> bool:
    """Say whether this visitor was not requested within the pause.

    False where the cache does not answer: every click would ask.
    """
    name = hashlib.sha256(visitor_key.encode()).hexdigest()[:32]
    is_new = False
    with working_cache() as cache:
        # It ends when the task begins, so that what comes later asks anew.
        is_new = bool(cache and cache.add(f"{PREFIX}rescore:{name}", 1, seconds))
    return is_new


def can_rescore() -> bool:
    """Say whether any serving model can."""
    from django_recsys.training import rescorable

    return bool(rescorable())


def send_request(sender: Sender, visitor_key: str, seconds: int) -> None:
    """Let another thread tell the broker; what fails leaves the list as it is."""
    _sending.difference_update([job for job in _sending if job.done()])
    if len(_sending) >= MOST_SENDING:
        return
    job = threads.start(partial(sender, visitor_key, seconds))
    _sending.add(job)
    job.add_done_callback(heard)


def heard(job: Future[None]) -> None:
    """Leave a broker that failed alone for a while."""
    error = job.exception()
    if error is None:
        return
    circuit.open()
    report_once(
        "rescoring",
        "The broker does not answer (%s); visitors' lists wait for the next training.",
        error,
        exc_info=False,
    )


def reset() -> None:
    """Ask the broker again at once (for tests)."""
    circuit.close()
    _sending.clear()
