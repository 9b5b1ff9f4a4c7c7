"""A customer does something; a real worker makes that one list anew, untrained."""

import json

import pytest

from tests.services.conftest import Host, wait_until

pytestmark = pytest.mark.services

CELERY = ("-m", "celery", "-A", "tests.services.celery_app")
BUY_FROM_ANOTHER_SHELF = """
from django.contrib.auth.models import User
import tests.services.celery_app
from django_recsys.operations import rescore_requests
from django_recsys.tracking import record_interaction
from tests.hosts.shop.models import Product
user = User.objects.get(username="customer0")
names = ["Product 1.0", "Product 1.1", "Product 1.2"]
for product in Product.objects.filter(name__in=names):
    record_interaction(item=product, kind="purchase", user=user)
for job in rescore_requests._sending:
    job.result(10)
"""
STORED = """
import json
from django.contrib.auth.models import User
from django_recsys.models import RecommenderConfig, StoredRecommendations, TrainingRun
from tests.hosts.shop.models import Product
serving = RecommenderConfig.objects.get(key="{key}").serving
user = User.objects.get(username="customer0")
row = StoredRecommendations.objects.get(
    trained_model=serving, visitor_key=f"user:{{user.pk}}"
)
names = dict(Product.objects.values_list("pk", "name"))
shown = [names[int(item)] for item in row.ranked_items.item_ids]
print(json.dumps([shown, TrainingRun.objects.count()]))
"""


def stored(host: Host, key: str) -> tuple[list[str], int]:
    names, trainings = json.loads(host.python(STORED.format(key=key)))
    return names, trainings


@pytest.mark.parametrize("key", ["ease", "gru"])
def test_a_worker_makes_the_list_anew(make_host, redis_url, key):
    if key == "gru":
        pytest.importorskip("torch")
    host = make_host(redis_url)
    host.manage("recsys_backfill")
    host.manage("recsys_train", key, "--force")
    before, trainings = stored(host, key)

    worker = host.running(
        "worker", *CELERY, "worker", "--concurrency=1", "--loglevel=INFO"
    )
    with worker as log:
        host.python(BUY_FROM_ANOTHER_SHELF)
        wait_until(
            lambda: stored(host, key)[0] != before,
            seconds=150,
            what="a list made anew",
        )
        printed = log.read_text()

    names, trainings_after = stored(host, key)
    assert printed.count("Task django_recsys.rescore") == 2, "received, succeeded"
    assert "Traceback" not in printed
    assert trainings_after == trainings
    bought = {"Product 1.0", "Product 1.1", "Product 1.2"}
    assert bought <= set(before)
    assert not bought & set(names)
