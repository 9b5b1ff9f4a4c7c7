"""While a service is stopped, the shop is browsed and bought in as if we were away."""

import json

import pytest

from tests.services.stopped import BAR_SECONDS, KEPT

pytestmark = pytest.mark.services

ROUNDS_AWAY = 2
ROUNDS = 6
WAYS = ("refuses", "hangs", "is deaf")
CLICK_SECONDS = 6
"""An admin who asks for a training waits for the broker, but not for ever."""


@pytest.fixture
def seen(make_empty_host, redis_url, amqp_url, database_url):
    host = make_empty_host(amqp_url, RECSYS_OURS_DATABASE_URL=database_url)
    return json.loads(host.run("-m", "tests.services.stopped"))


def test_pages_outlive_each_service(seen):
    slow = {
        f"{service} {way}": seen[f"{service} {way}"]["slowest"]
        for service in ("redis", "broker", "database")
        for way in WAYS
        if seen[f"{service} {way}"]["slowest"] > BAR_SECONDS
    }
    assert slow == {}
    for way in WAYS:
        unstored = seen[f"redis {way}"]["not stored"]
        assert (unstored["view"], unstored["cart_add"]) == (0, 0)
        assert seen[f"broker {way}"]["taken"] <= 3  # the admin's click, no page
        assert seen[f"broker {way}"]["click"] < CLICK_SECONDS
        away = ROUNDS_AWAY * ROUNDS
        unstored = seen[f"database {way}"]["not stored"]
        assert (unstored["view"], unstored["cart_add"]) == (0, 0)
        assert unstored["purchase"] >= away  # until the tick
    lost = seen["too much to keep"]
    gone = lost["not stored"]
    assert gone["view"] + gone["cart_add"] >= 2 * away - KEPT
    assert f": {gone['cart_add']} cart_add, {gone['view']} view (" in lost["said"][-1]
    assert all(seen["late"].values()), seen["late"]
    assert seen["caught up"]
