"""A training is watched for hours, over a connection that a firewall may drop."""

import json

PROGRAM = """
import json
from django.db import connection
from django_recsys.training import train_now
from tests.services.conftest import statement

WHO = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT CONNECTION_ID()"}
END = {"postgresql": "SELECT pg_terminate_backend(%s)", "mysql": "KILL %s"}
dropped = []

def drop(runs):
    if len(dropped) < 2:
        with connection.cursor() as cursor:
            cursor.execute(WHO[connection.vendor])
            [number] = cursor.fetchone()
        statement(URL, END[connection.vendor] % number)
        dropped.append(number)

runs = train_now(["popular", "trending"], watcher=drop)
print(json.dumps([len(set(dropped)), [run.status for run in runs]]))
"""


def test_training_outlives_dropped_connections_of_its_watcher(database_url, make_host):
    host = make_host("memory://", database_url)
    host.manage("recsys_backfill")

    printed = host.python(PROGRAM.replace("URL", repr(database_url)))

    assert json.loads(printed.splitlines()[-1]) == [2, ["promoted", "promoted"]]
