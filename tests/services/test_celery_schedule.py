"""A real beat tells a real prefork worker, over a real broker, what is due."""

import json

import pytest

from tests.services.conftest import Host, wait_until

pytestmark = pytest.mark.services

CELERY = ("-m", "celery", "-A", "tests.services.celery_app")

SERVING = """
import json
from django_recsys.models import RecommenderConfig
configs = RecommenderConfig.objects.filter(serving__isnull=False)
print(json.dumps(sorted(configs.values_list("key", flat=True))))
"""

EXPECTED = {"ease", "item_knn", "popular"}


def serving(host: Host) -> set[str]:
    return set(json.loads(host.python(SERVING)))


def recommended(host: Host, username: str) -> dict:
    return json.loads(host.manage("recsys_recommend", username, "-n", "5", "--json"))


@pytest.fixture(params=["redis_url", "amqp_url"], ids=["redis", "rabbitmq"])
def host(request, make_host) -> Host:
    return make_host(request.getfixturevalue(request.param))


def test_beat_and_worker_train_what_is_due(host):
    host.manage("recsys_backfill")
    worker = host.running(
        "worker", *CELERY, "worker", "--concurrency=1", "--loglevel=INFO"
    )
    beat = host.running(
        "beat", *CELERY, "beat", "--schedule", str(host.folder / "beat-schedule")
    )
    with worker as worker_log, beat:
        wait_until(
            lambda: serving(host) >= EXPECTED,
            seconds=120,
            what="a scheduled training that serves",
        )
        log = worker_log.read_text()
    assert "django_recsys.tick" in log
    assert "Traceback" not in log
    answer = recommended(host, "customer0")
    assert len(answer["items"]) == 5
    # Customers of the first taste group bought the first shelf only.
    titles = [item["item"]["title"] for item in answer["items"][:1]]
    assert titles[0].startswith("Product 0.")
