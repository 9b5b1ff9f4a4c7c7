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

BEAT_ROW = """
from django_celery_beat.models import IntervalSchedule, PeriodicTask
every = IntervalSchedule.objects.create(every=2, period="seconds")
PeriodicTask.objects.create(name="recsys", task="django_recsys.tick", interval=every)
"""

EXPECTED = {"ease", "item_knn", "popular"}


def serving(host: Host) -> set[str]:
    return set(json.loads(host.python(SERVING)))


def recommended(host: Host, username: str) -> dict:
    return json.loads(host.manage("recsys_recommend", username, "-n", "5", "--json"))


def run_until_trained(host: Host, *beat_options: str) -> str:
    """Run worker and beat until models serve; return the worker's log."""
    worker = host.running(
        "worker", *CELERY, "worker", "--concurrency=1", "--loglevel=INFO"
    )
    beat = host.running("beat", *CELERY, "beat", *beat_options)
    with worker as worker_log, beat:
        wait_until(
            lambda: serving(host) >= EXPECTED,
            seconds=180,
            what="a scheduled training that serves",
        )
        return worker_log.read_text()


@pytest.fixture(params=["redis_url", "amqp_url"], ids=["redis", "rabbitmq"])
def host(request, make_host) -> Host:
    return make_host(request.getfixturevalue(request.param))


def test_beat_and_worker_catch_up_and_train_what_is_due(host):
    log = run_until_trained(host, "--schedule", str(host.folder / "beat-schedule"))
    assert "django_recsys.tick" in log
    assert "Traceback" not in log
    answer = recommended(host, "customer0")
    assert len(answer["items"]) == 5
    # Customers of the first taste group bought from the first shelf only.
    assert answer["items"][0]["item"]["title"].startswith("Product 0.")


def test_schedule_may_lie_in_the_rows_of_django_celery_beat(make_host, redis_url):
    pytest.importorskip("django_celery_beat")
    host = make_host(redis_url, RECSYS_HOST_BEAT_ROWS="1")
    host.python(BEAT_ROW)
    scheduler = "django_celery_beat.schedulers:DatabaseScheduler"
    run_until_trained(host, "--scheduler", scheduler, "--max-interval", "2")
    assert serving(host) >= EXPECTED
