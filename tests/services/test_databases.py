"""The road from orders to lists on the database servers that shops run."""

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from tests.conftest import missing, reachable
from tests.services.conftest import Host

pytestmark = pytest.mark.services

POSTGRES = ("RECSYS_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/test")
MARIADB = ("RECSYS_TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/test")

COUNTS = """
import json
from django_recsys.models import Interaction, ItemNeighbors, StoredRecommendations
from tests.hosts.shop.models import OrderLine
print(json.dumps([
    OrderLine.objects.count(),
    Interaction.objects.filter(kind="purchase").count(),
    StoredRecommendations.objects.count(),
    ItemNeighbors.objects.count(),
]))
"""


def statement(url: str, sql: str) -> None:
    """Run one statement outside of a transaction."""
    parts = urlsplit(url)
    if parts.scheme == "postgres":
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql)
        return
    import pymysql

    account = {
        "host": parts.hostname,
        "port": parts.port or 3306,
        "user": parts.username,
        "password": parts.password or "",
    }
    with closing(pymysql.connect(**account)) as connection:
        connection.cursor().execute(sql)


@pytest.fixture(params=[POSTGRES, MARIADB], ids=["postgres", "mariadb"])
def database_url(request) -> Iterator[str]:
    """Create an empty database on the server and drop it afterwards."""
    variable, default = request.param
    server = os.environ.get(variable, default)
    if not reachable(server, 5432 if "postgres" in server else 3306):
        missing(f"no server answers at {server}")
    name = f"recsys_{uuid.uuid4().hex[:12]}"
    statement(server, f"CREATE DATABASE {name}")
    try:
        yield f"{server.rsplit('/', 1)[0]}/{name}"
    finally:
        statement(server, f"DROP DATABASE {name}")


@pytest.fixture
def host(make_host, redis_url, database_url) -> Host:
    return make_host(redis_url, database_url)


def test_orders_become_lists(host):
    host.manage("recsys_backfill")
    host.manage("recsys_backfill")  # nothing is stored twice
    host.manage("recsys_train", "popular", "item_knn", "ease")
    lines, purchases, lists, neighbors = json.loads(host.python(COUNTS))
    assert purchases == lines > 0
    assert lists > 0
    assert neighbors > 0
    answer = json.loads(
        host.manage("recsys_recommend", "customer0", "-n", "5", "--json")
    )
    assert len(answer["items"]) == 5
