"""A Redis that dies while pages are served; the test owns it."""

import shutil
import socket
import subprocess
import time

import pytest
from django.core.cache import caches

from django_recsys.serving import cache, recommend_for
from tests.conftest import missing

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def redis_server(tmp_path):
    """Start a Redis on a free port; gives its port and its process."""
    program = shutil.which("redis-server") or missing("no redis-server is installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield port, process
    finally:
        process.kill()
        process.wait()


def wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("redis-server did not start")


def test_pages_outlive_their_cache(shop, redis_server, settings, caplog):
    port, process = redis_server
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
        }
    }
    before = recommend_for("recommended", visitor_key="user:1")
    assert caches["default"].get("django_recsys:live-models") is not None
    process.kill()
    process.wait()
    start = time.monotonic()
    for _ in range(20):
        answer = recommend_for("recommended", visitor_key="user:1")
        assert [each.item for each in answer.items] == [
            each.item for each in before.items
        ]
    assert time.monotonic() - start < 2
    assert len(caplog.records) == 1
    assert "left alone" in caplog.text
    assert cache.last_known("live-models").pointers
