"""Fixtures of every room. Django is imported inside them: the engine runs without."""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest

pytest.register_assert_rewrite("django_recsys.testing")

# Playwright's synchronous API keeps an event loop in the thread of the test.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


def missing(reason: str) -> NoReturn:
    """Skip where something is absent; in CI nothing may be absent, so fail."""
    if in_ci():
        pytest.fail(f"CI=true, but {reason}")
    pytest.skip(reason)


OWN_DATABASE = {"make_file_shop", "make_empty_host", "upgraded"}
"""Fixtures that make a database for the test, whichever the suite runs on."""


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    for item in items:
        if not OWN_DATABASE.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("own_database")
    if in_ci() or "slow" in config.getoption("markexpr"):
        return
    skip = pytest.mark.skip(reason="slow: runs with CI=true or with -m slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Return a function from a data set's name to its folder in RECSYS_TEST_DATA."""

    def folder(name: str) -> Path:
        root = os.environ.get("RECSYS_TEST_DATA")
        if not root:
            missing("RECSYS_TEST_DATA does not name a folder of data sets")
        found = Path(root) / name
        if not found.is_dir():
            missing(f"RECSYS_TEST_DATA holds no {name}")
        return found

    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the browser that end-to-end tests drive."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    missing("no Chromium is installed")


def reachable(url: str, default_port: int) -> bool:
    parts = urlsplit(url)
    address = (parts.hostname or "127.0.0.1", parts.port or default_port)
    try:
        socket.create_connection(address, timeout=2).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Return the URL of a running Redis, a database that only tests use."""
    url = os.environ.get("RECSYS_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
    # Tests that run side by side empty each their own database.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    base, _, number = url.rpartition("/")
    url = f"{base}/{int(number) + worker}"
    if not reachable(url, 6379):
        missing(f"no Redis answers at {url}")
    return url


@pytest.fixture(scope="session")
def amqp_url() -> str:
    """Return the URL of a running RabbitMQ."""
    url = os.environ.get("RECSYS_TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//")
    if not reachable(url, 5672):
        missing(f"no RabbitMQ answers at {url}")
    return url


@contextmanager
def counted_queries(expected: int, *, at_most: bool) -> Iterator[Any]:
    """Count queries as a page outside of a transaction sends them: no savepoints."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        yield captured
    sent = [query["sql"] for query in captured.captured_queries]
    counted = [sql for sql in sent if "SAVEPOINT" not in sql]
    is_right = len(counted) <= expected if at_most else len(counted) == expected
    assert is_right, "\n".join(counted)


@pytest.fixture
def django_assert_num_queries() -> Callable[..., Any]:
    return partial(counted_queries, at_most=False)


@pytest.fixture
def django_assert_max_num_queries() -> Callable[..., Any]:
    return partial(counted_queries, at_most=True)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Leave the cache empty: what it holds would outlive the rolled-back rows."""
    yield
    if "django.core.cache" in sys.modules:
        from django.core.cache import cache

        cache.clear()


@pytest.fixture(autouse=True)
def _train_where_the_rows_are(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Train in this process where a test's transaction hides its rows from a child.

    A database in memory does so by itself; a server shows a child what is committed.
    The heartbeat's thread would miss the lease for the same reason.
    """
    marker = request.node.get_closest_marker("django_db")
    if marker is None or marker.kwargs.get("transaction"):
        return
    from django_recsys.training import lease
    from django_recsys.training.jobs import runner as jobs

    monkeypatch.setattr(jobs, "databases_live_in_memory", lambda: True)
    monkeypatch.setattr(lease, "RENEW_SECONDS", 3600.0)


@pytest.fixture
def refused_nothing(monkeypatch):
    """Forget what earlier tests were refused; a test carries the counts over itself."""
    from django.core.cache import caches

    from django_recsys.resilience import threads
    from django_recsys.tracking import refusals

    monkeypatch.setattr(threads, "start", lambda work: None)
    refusals._counts.clear()
    caches["default"].clear()
    yield
    refusals._counts.clear()
    caches["default"].clear()
