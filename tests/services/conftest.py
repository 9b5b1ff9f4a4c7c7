"""A host in processes of its own: database, worker, beat."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from tests.conftest import missing, reachable

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Host:
    """Runs the programs of one host; each sees the same settings."""

    environment: dict[str, str]
    folder: Path

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def manage(self, *arguments: str) -> str:
        return self.run("-m", "django", *arguments)

    def python(self, program: str) -> str:
        return self.manage("shell", "--no-imports", "-c", program).strip()

    @contextmanager
    def running(self, name: str, *arguments: str) -> Iterator[Path]:
        """Keep a program alive for the time of a block; gives its log."""
        log = self.folder / f"{name}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            try:
                yield log
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(5)


def wait_until(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Poll until the condition holds; a worker's work shows only in its effects."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(1)
    pytest.fail(f"{what} did not happen within {seconds} seconds")


@pytest.fixture
def make_empty_host(tmp_path, redis_url) -> Iterator[Callable[..., Host]]:
    """Return a function that makes a host; Redis is emptied afterwards."""

    def make(broker_url: str, database_url: str = "", **variables: str) -> Host:
        storage = tmp_path / "storage"
        storage.mkdir()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.services.settings",
            "PYTHONPATH": str(ROOT),
            "RECSYS_HOST_DATABASE_URL": database_url
            or f"sqlite:///{tmp_path / 'host.sqlite3'}",
            "RECSYS_HOST_REDIS_URL": redis_url,
            "RECSYS_HOST_BROKER_URL": broker_url,
            "RECSYS_HOST_QUEUE": f"recsys-test-{uuid.uuid4().hex}",
            "RECSYS_TEST_STORAGE": str(storage),
            **variables,
        }
        return Host(environment, tmp_path)

    yield make
    with redis.Redis.from_url(redis_url) as connection:
        connection.flushdb()


@pytest.fixture
def make_host(make_empty_host) -> Callable[..., Host]:
    """Return a function that makes a host with orders."""

    def make(*urls: str, **variables: str) -> Host:
        host = make_empty_host(*urls, **variables)
        host.manage("migrate", "--verbosity", "0")
        host.run("-m", "tests.services.fill")
        return host

    return make


POSTGRES = ("RECSYS_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/test")
MARIADB = ("RECSYS_TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/test")


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
