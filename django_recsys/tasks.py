"""Celery's doors. A schedule needs one beat entry: `django_recsys.tick`."""

from typing import Any

from celery import current_app, shared_task
from django.utils import timezone

from django_recsys.operations import run_tick
from django_recsys.training import rescore, run_queued

CONNECT_SECONDS = 2
"""How long an admin's click waits for a broker that does not answer."""
FRESH_SECONDS = 600
"""How late a rescoring may come."""


# Acknowledged on receipt: a broker gives a task that runs for hours to a second worker
# otherwise. The lease row guards the run, the queue row keeps it.
@shared_task(name="django_recsys.tick", acks_late=False, ignore_result=True)
def tick_task() -> None:
    """Catch up, clean up and start what is due."""
    run_tick(timezone.now())


@shared_task(name="django_recsys.train", acks_late=False, ignore_result=True)
def train_task() -> None:
    """Train whatever is queued."""
    run_queued()


@shared_task(name="django_recsys.tune", acks_late=False, ignore_result=True)
def tune_task() -> None:
    """Tune, and train whatever else is queued: one process does both, in turn."""
    run_queued()


@shared_task(name="django_recsys.rescore", acks_late=False, ignore_result=True)
def rescore_task(visitor_key: str) -> None:
    """Make one visitor's lists anew."""
    rescore(visitor_key)


def send_queued(purpose: str) -> None:
    """Tell a worker that runs are queued; raises where no broker answers.

    purpose: "train" or "tune", which names the task that a monitor shows.
    """
    send(tune_task if purpose == "tune" else train_task)


def send_rescoring(visitor_key: str, seconds: int) -> None:
    """Tell a worker to rescore a visitor later; raises where no broker answers.

    One that is busy for long need not come to it: the visitor may be gone.
    """
    send(rescore_task, visitor_key, countdown=seconds, expires=seconds + FRESH_SECONDS)


def send(task: Any, *arguments: Any, **options: Any) -> None:
    """Give a task to the broker, over a connection that does not wait for ever."""
    with current_app.connection_for_write(
        connect_timeout=CONNECT_SECONDS
    ) as connection:
        connection.ensure_connection(max_retries=1, timeout=CONNECT_SECONDS)
        task.apply_async(arguments, connection=connection, retry=False, **options)


def reach_broker() -> str:
    """Return the broker's address, without its password; raises where none answers."""
    with current_app.connection_for_write(
        connect_timeout=CONNECT_SECONDS
    ) as connection:
        connection.ensure_connection(max_retries=1, timeout=CONNECT_SECONDS)
        address: str = connection.as_uri()
    return address
