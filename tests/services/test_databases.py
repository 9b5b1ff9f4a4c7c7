"""The road from orders to lists on the database servers that shops run."""

import json

import pytest

from tests.services.conftest import Host

pytestmark = pytest.mark.services

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
