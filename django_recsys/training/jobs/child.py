"""The process that trains: `python -m ...training.jobs.child HOLDER PID RUN...`.

A worker of Celery must not fork BLAS or torch, and multiprocessing refuses to work
inside one; a process of its own also gives all memory back.
"""

import json
import os
import sys
import threading

import django
from django.conf import settings

DATABASE_NAMES = "RECSYS_DATABASE_NAMES"
"""JSON of alias to name: a test database is not the one in the settings file."""

POLITENESS = 10
"""Added to the niceness: the shop's pages get the processor first."""


def main(arguments: list[str]) -> None:
    """Train the runs whose ids are given, under the lease of the holder.

    PID is the process that watches over memory and time.
    """
    os.nice(POLITENESS)
    use_databases(json.loads(os.environ.get(DATABASE_NAMES, "{}")))
    django.setup()
    from django_recsys.training.lease import Heartbeat, end_with_parent
    from django_recsys.training.pipeline import run_trainings

    holder, *numbers = arguments
    parent, *run_ids = map(int, numbers)
    threading.Thread(
        target=end_with_parent, args=(parent, holder, run_ids), daemon=True
    ).start()
    with Heartbeat(holder) as heartbeat:
        run_trainings(run_ids, heartbeat)


def use_databases(names: dict[str, str]) -> None:
    """Point the aliases to the databases of the parent."""
    for alias, name in names.items():
        settings.DATABASES[alias]["NAME"] = name


if __name__ == "__main__":
    main(sys.argv[1:])
