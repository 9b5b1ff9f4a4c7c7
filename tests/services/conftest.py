"""A host in processes of its own: database, worker, beat."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

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
def make_host(tmp_path, redis_url) -> Iterator[Callable[..., Host]]:
    """Return a function that makes a host with orders; Redis is emptied afterwards."""

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
        host = Host(environment, tmp_path)
        host.manage("migrate", "--verbosity", "0")
        host.run("-m", "tests.services.fill")
        return host

    yield make
    with redis.Redis.from_url(redis_url) as connection:
        connection.flushdb()
