"""Celery's doors. A schedule needs one beat entry: `django_recsys.tick`."""

from __future__ import annotations

from celery import current_app, shared_task
from django.utils import timezone

from django_recsys.operations.tick import tick
from django_recsys.training.jobs import run_queued

CONNECT_SECONDS = 2
"""How long an admin's click waits for a broker that does not answer."""


# Acknowledged on receipt: a broker gives a task that runs for hours to a second worker
# otherwise. The lease row guards the run, the queue row keeps it.
@shared_task(name="django_recsys.tick", acks_late=False, ignore_result=True)
def tick_task() -> None:
    """Catch up, clean up and start what is due."""
    tick(timezone.now())


@shared_task(name="django_recsys.train", acks_late=False, ignore_result=True)
def train_task() -> None:
    """Train whatever is queued."""
    run_queued(now=timezone.now())


@shared_task(name="django_recsys.tune", acks_late=False, ignore_result=True)
def tune_task() -> None:
    """Tune, and train whatever else is queued: one process does both, in turn."""
    run_queued(now=timezone.now())


def send_queued(purpose: str) -> None:
    """Tell a worker that runs are queued; raises where no broker answers.

    purpose: "train" or "tune", which names the task that a monitor shows.
    """
    task = tune_task if purpose == "tune" else train_task
    with current_app.connection_for_write(
        connect_timeout=CONNECT_SECONDS
    ) as connection:
        connection.ensure_connection(max_retries=1, timeout=CONNECT_SECONDS)
        task.apply_async(connection=connection, retry=False)


def reach_broker() -> str:
    """Return the broker's address, without its password; raises where none answers."""
    with current_app.connection_for_write(
        connect_timeout=CONNECT_SECONDS
    ) as connection:
        connection.ensure_connection(max_retries=1, timeout=CONNECT_SECONDS)
        address: str = connection.as_uri()
    return address
