"""Hand queued trainings to the runner of this shop: Celery or the tick."""

from collections.abc import Callable, Sequence

from django.utils.module_loading import import_string

from django_recsys.conf import get_settings
from django_recsys.models import TrainingRun
from django_recsys.resilience.log_once import report_once

SENDERS = {"celery": "django_recsys.tasks.send_queued"}
"""RECSYS["TASKS"] -> the sender. "tick" has none: the queue is polled."""


def send(runs: Sequence[TrainingRun]) -> None:
    """Tell a worker that trainings are queued; a failure is noted on the runs."""
    path = SENDERS.get(get_settings().TASKS)
    if path is None or not runs:
        return
    try:
        sender: Callable[[str], None] = import_string(path)
        sender(runs[0].purpose)
    except Exception as error:
        report_once("broker", "The broker does not answer; trainings stay queued.")
        for run in runs:
            run.message = f"The broker does not answer ({error}): waits for the tick."
            run.save(update_fields=["message"])
