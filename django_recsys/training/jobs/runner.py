"""Ask for trainings, and run them in a process that is started and watched."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import IO

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from django_recsys.database.reconnect import with_reconnect
from django_recsys.exceptions import TrainingInProgressError
from django_recsys.models import TrainingRun
from django_recsys.resilience.log_once import logger
from django_recsys.training.lease import Heartbeat, fail_dead_runs, training_lease

from .child import DATABASE_NAMES
from .queue import queue, queue_tuning
from .watchdog import Limits

WATCH_SECONDS = 0.25
RECONNECT_SECONDS = 60.0
"""How long the result of a training waits for a database that was restarted."""
LAST_WORDS = 2000
"""Characters of the child's error output that a failed run keeps."""

Watcher = Callable[[Sequence[TrainingRun]], None]


def tune_now(
    key: str,
    *,
    minutes: float,
    trigger: str = "command",
    watcher: Watcher | None = None,
) -> TrainingRun:
    """Tune and wait for the end; return the run as it ended.

    Raises `TrainingInProgressError` where something is running.
    """
    with training_lease() as holder:
        run = queue_tuning(key, minutes=minutes, trigger=trigger)
        return run_child([run], holder, watcher)[0]


def train_now(
    keys: Iterable[str] = (),
    *,
    trigger: str = "command",
    is_forced: bool = False,
    watcher: Watcher | None = None,
) -> list[TrainingRun]:
    """Train and wait for the end; return the runs as they ended.

    Raises `TrainingInProgressError` where another training is running.
    """
    with training_lease() as holder:
        runs = queue(keys, trigger=trigger, is_forced=is_forced)
        return run_child(runs, holder, watcher)


def run_queued(*, watcher: Watcher | None = None) -> list[TrainingRun]:
    """Train everything that is queued, also what is queued meanwhile.

    Returns nothing where another training is running: it will come to them.
    """
    ended: list[TrainingRun] = []
    try:
        while runs := list(TrainingRun.objects.queued()):
            with training_lease() as holder:
                ended += run_child(runs, holder, watcher)
    except TrainingInProgressError:
        pass
    return ended


def run_child(
    runs: Sequence[TrainingRun], holder: str, watcher: Watcher | None = None
) -> list[TrainingRun]:
    """Run the trainings in a child and watch it; its death fails what it left.

    A child that passes a limit is ended, which fails the run that it works on; another
    one takes up those that still wait.
    """
    keys = [run.pk for run in runs]
    if databases_live_in_memory():
        train_here(keys, holder)
        return read_again(keys)
    while watch_child(keys, holder, watcher):
        continue
    ended = with_reconnect(partial(read_again, keys), seconds=RECONNECT_SECONDS)
    if watcher:
        watcher(ended)
    return ended


def watch_child(keys: Sequence[int], holder: str, watcher: Watcher | None) -> bool:
    """Start a child and wait for its end; return whether runs are left for another."""
    breach = ""
    with tempfile.TemporaryFile() as last_words:
        limits = Limits(keys)
        process = start_child(keys, holder, last_words)
        try:
            while process.poll() is None and not breach:
                time.sleep(WATCH_SECONDS)
                breach = look_after(process.pid, keys, limits, watcher)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        words = tail(last_words)

    def settle() -> bool:
        if not breach:
            fail_unfinished(keys, process.returncode, words)
            return False
        own = TrainingRun.objects.filter(pk__in=keys)
        # One that had not begun would break the limit again, for ever.
        fail_dead_runs(own.running() or own.queued()[:1], breach, now=timezone.now())
        return own.queued().exists()

    return with_reconnect(settle, seconds=RECONNECT_SECONDS)


def look_after(
    process_id: int, keys: Sequence[int], limits: Limits, watcher: Watcher | None
) -> str:
    """Show how far the child has come; return which limit it has passed, or nothing.

    While the database does not answer, the child, which may be well, goes on.
    """
    try:
        if watcher:
            watcher(with_reconnect(partial(read_again, keys)))
        return with_reconnect(partial(limits.breach, process_id))
    except DatabaseError:
        logger.warning("The database does not say how far the training has come.")
        return ""


def start_child(
    keys: Sequence[int], holder: str, last_words: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start the process with this one's settings, paths and databases."""
    names = {
        alias: str(connections[alias].settings_dict["NAME"]) for alias in connections
    }
    module = os.environ.get("DJANGO_SETTINGS_MODULE") or settings.SETTINGS_MODULE
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": module,
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        DATABASE_NAMES: json.dumps(names),
    }
    command = [sys.executable, "-m", "django_recsys.training.jobs.child", holder]
    return subprocess.Popen(
        [*command, str(os.getpid()), *map(str, keys)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=last_words,
        stderr=subprocess.STDOUT,
    )


def fail_unfinished(keys: Sequence[int], code: int, words: str) -> None:
    """Mark what an ended child left undone as failed."""
    ending = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    unfinished = TrainingRun.objects.filter(
        pk__in=keys, status__in=(TrainingRun.Status.QUEUED, TrainingRun.Status.RUNNING)
    )
    cause = f"{words.strip()}\nThe training process {ending}".strip()
    fail_dead_runs(unfinished, cause, now=timezone.now())


def train_here(keys: Sequence[int], holder: str) -> None:
    """Train in this process, where no other could see the rows."""
    from django_recsys.training.pipeline import run_trainings

    heartbeat = Heartbeat(holder)
    run_trainings(list(keys), heartbeat)


def databases_live_in_memory() -> bool:
    """Whether the database is one that a child process cannot open."""
    return any(
        connections[alias].vendor == "sqlite" and connections[alias].is_in_memory_db()
        for alias in connections
    )


def read_again(keys: Sequence[int]) -> list[TrainingRun]:
    """Return the runs as they stand in the database now."""
    rows = TrainingRun.objects.filter(pk__in=keys).order_by("pk")
    return list(rows.select_related("recommender", "trained_model"))


def tail(file: IO[bytes]) -> str:
    """Return the end of what a child printed."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LAST_WORDS))
    return file.read().decode(errors="replace")
