"""Why nothing is recorded is counted, and names nobody."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.cache import caches
from django.utils import timezone

from django_recsys.exceptions import ConfigurationError
from django_recsys.resilience import threads
from django_recsys.tracking import record_interaction
from django_recsys.tracking.identity.guests import attach_guest
from django_recsys.tracking.recording.refusals import (
    CONSENT,
    COOKIE,
    ITEM,
    OBJECTION,
    ROBOT,
    STAFF,
    RefusalCounter,
    refusals,
    refused_since_yesterday,
    sentence_of,
)
from tests.tracking.conftest import FIREFOX

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _from_zero(refused_nothing):
    """Count from zero, and let no thread carry anything over."""


def counted():
    refusals.flush()
    return dict(refused_since_yesterday(timezone.now()))


@pytest.fixture
def ask(rf):
    def make(*, user=None, agent=FIREFOX, has_middleware=True, cookies=(), **headers):
        request = rf.get("/", headers={"user-agent": agent, **headers})
        request.COOKIES.update(dict(cookies))
        request.user = user or AnonymousUser()
        if has_middleware:
            attach_guest(request)
        return request

    return make


def test_each_reason_is_counted_by_kind(ask, product):
    staff = User(pk=9, username="boss", is_staff=True)
    no = {"recsys_consent": "no"}
    for request, kind in (
        (ask(user=staff), "view"),
        (ask(user=staff), "view"),
        (ask(**{"sec-gpc": "1"}), "view"),
        (ask(agent="curl/8"), "cart_add"),
        (ask(cookies=no), "view"),
        (ask(cookies={"recsys_consent": "yes"}, has_middleware=False), "like"),
    ):
        record_interaction(item=product, kind=kind, request=request)
    with pytest.raises(ConfigurationError):
        record_interaction(item=staff, kind="view", visitor_key="user:1")
    assert counted() == {
        ("view", STAFF): 2,
        ("view", OBJECTION): 1,
        ("cart_add", ROBOT): 1,
        ("view", CONSENT): 1,
        ("like", COOKIE): 1,
        ("view", ITEM): 1,
    }


def test_what_is_stored_is_not_counted(ada, product):
    record_interaction(item=product, kind="view", user=ada)
    assert counted() == {}


def test_events_of_a_page_are_counted_too(client, product):
    event = {"kind": "view", "item_id": str(product.pk)}
    client.post(
        "/recsys/events/",
        [event, event],
        content_type="application/json",
        headers={"user-agent": "curl/8"},
    )
    assert counted() == {("view", ROBOT): 2}


def test_counts_of_all_processes_add_up():
    for _process in range(3):
        counter = RefusalCounter()
        counter.add("view", STAFF, 2)
        counter.flush()
    assert counted() == {("view", STAFF): 6}


def test_a_page_hands_counts_over_now_and_then(monkeypatch):
    started = []
    monkeypatch.setattr(threads, "start", started.append)
    counter = RefusalCounter()
    for _ in range(50):
        counter.add("view", STAFF)
    assert len(started) == 1


def test_the_cache_keeps_no_name(ask, product):
    staff = User(pk=987654, username="boss", is_staff=True)
    record_interaction(item=product, kind="view", request=ask(user=staff))
    refusals.flush()
    kept = str(getattr(caches["default"], "_cache", {}))
    assert "refused" in kept
    assert "987654" not in kept


def test_sentence_begins_with_the_most_frequent():
    said = sentence_of([(ROBOT, 3), (STAFF, 1400)])
    assert said == f"1,400 refused: staff, 3 refused: {ROBOT}"
