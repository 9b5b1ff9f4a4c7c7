"""Sends SIGKILL to the training child right after a statement was executed."""

import os
import signal
import sys
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

STATEMENT = "RECSYS_TEST_KILL_AFTER_STATEMENT"
VALUE = "RECSYS_TEST_KILL_AFTER_VALUE"


class KillerConfig(AppConfig):
    name = "tests.training.killer"

    def ready(self) -> None:
        if sys.argv[0].endswith("child.py") and os.environ.get(STATEMENT):
            connection_created.connect(arm, weak=False)


def arm(connection: Any, **kwargs: Any) -> None:
    connection.execute_wrappers.append(kill_after)


def kill_after(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    result = execute(sql, params, many, context)
    value = os.environ.get(VALUE, "")
    hits_value = not value or value in map(str, params or ())
    if sql.startswith(os.environ[STATEMENT]) and hits_value:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
