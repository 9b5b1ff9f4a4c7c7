"""A real worker searches for better settings and leaves them as a draft."""

import json

import pytest

from tests.services.conftest import wait_until

pytestmark = pytest.mark.services

CELERY = ("-m", "celery", "-A", "tests.services.celery_app")
ASK = """
import tests.services.celery_app
from django_recsys.models import RecommenderConfig
from django_recsys.training import request_tuning
RecommenderConfig.objects.create(
    key="poor",
    algorithm="item_knn",
    hyperparameters={"neighbors": 1, "recency": 0.01, "trend": 0.0},
)
run = request_tuning("poor", minutes=0.5, trigger="boss")
assert not run.message, run.message
"""
FOUND = """
import json
from django_recsys.models import RecommenderConfig, TrainingRun
run = TrainingRun.objects.get(purpose="tune")
live = RecommenderConfig.objects.get(key="poor")
draft = RecommenderConfig.objects.filter(parent=live).first()
print(json.dumps({
    "status": run.status, "message": run.message, "metrics": run.metrics,
    "live": live.hyperparameters, "serves": live.serving_id is not None,
    "draft": draft and draft.hyperparameters,
}))
"""


def test_a_worker_tunes_and_leaves_a_draft(make_host, redis_url):
    pytest.importorskip("optuna")
    host = make_host(redis_url)
    host.manage("recsys_backfill")

    def found():
        return json.loads(host.python(FOUND))

    worker = host.running(
        "worker", *CELERY, "worker", "--concurrency=1", "--loglevel=INFO"
    )
    with worker as log:
        host.python(ASK)
        wait_until(
            lambda: found()["status"] not in ("queued", "running"),
            seconds=150,
            what="the end of the search",
        )
        printed = log.read_text()

    result = found()
    assert "Task django_recsys.tune" in printed
    assert "Traceback" not in printed
    assert result["status"] == "tuned", result["message"]
    assert result["draft"]["recency"] != 0.01
    assert result["metrics"]["difference_to_serving"][0] > 0
    assert result["live"] == {"neighbors": 1, "recency": 0.01, "trend": 0.0}
    assert not result["serves"], "a search puts nothing live"
