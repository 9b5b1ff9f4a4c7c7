"""Kills the training child, or makes it wait, right after a statement was executed."""

import os
import signal
import sys
import time
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

STATEMENT = "RECSYS_TEST_KILL_AFTER_STATEMENT"
VALUE = "RECSYS_TEST_KILL_AFTER_VALUE"
WAIT_SECONDS = "RECSYS_TEST_WAIT_SECONDS"


class KillerConfig(AppConfig):
    name = "tests.training.killer"

    def ready(self) -> None:
        if sys.argv[0].endswith("child.py") and os.environ.get(STATEMENT):
            connection_created.connect(arm, weak=False)


def arm(connection: Any, **kwargs: Any) -> None:
    connection.execute_wrappers.append(end_after)


def end_after(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    result = execute(sql, params, many, context)
    value = os.environ.get(VALUE, "")
    hits_value = not value or value in map(str, params or ())
    if sql.startswith(os.environ[STATEMENT]) and hits_value:
        if seconds := os.environ.get(WAIT_SECONDS):
            time.sleep(float(seconds))
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return result
