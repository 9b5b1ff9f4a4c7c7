"""A worker is asked once for all that a visitor does within the pause."""

import pytest
from celery import current_app

from django_recsys.models import Interaction
from django_recsys.operations import rescore_requests
from django_recsys.resilience import threads
from django_recsys.serving import cache
from django_recsys.tracking import record_interaction
from tests.factories import make_products, make_serving_model

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(settings, monkeypatch):
    """The requests that were handed to the broker, with a model that reads them."""
    settings.RECSYS = {**settings.RECSYS, "TASKS": "celery", "RESCORE_SECONDS": 5}
    model = make_serving_model("ease")
    model.artifact = "ease/some.npz"
    model.save()
    found = []
    monkeypatch.setattr(
        rescore_requests,
        "send_request",
        lambda _sender, *request: found.append(request),
    )
    rescore_requests.reset()
    cache.reset()
    yield found
    rescore_requests.reset()


def view(visitor: str) -> None:
    [product] = make_products(1)
    record_interaction(item=product, kind="view", visitor_key=visitor)


def test_several_clicks_are_one_request(asked):
    view("user:1")
    view("user:1")
    view("guest:abc")
    assert asked == [("user:1", 5), ("guest:abc", 5)]
    assert Interaction.objects.count() == 3


def test_without_celery_nobody_is_asked(asked, settings):
    settings.RECSYS = {**settings.RECSYS, "TASKS": "tick"}
    view("user:1")
    assert asked == []


def test_zero_seconds_turn_it_off(asked, settings):
    settings.RECSYS = {**settings.RECSYS, "RESCORE_SECONDS": 0}
    view("user:1")
    assert asked == []


def test_where_no_model_could_do_it_nobody_is_asked(asked):
    from django_recsys.models import RecommenderConfig

    RecommenderConfig.objects.update(is_enabled=False)
    cache.reset()
    view("user:1")
    assert asked == []


def test_a_silent_broker_is_left_alone_and_the_event_is_kept(settings, monkeypatch):
    settings.RECSYS = {**settings.RECSYS, "TASKS": "celery"}
    nobody = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(current_app.conf, "broker_write_url", nobody)
    monkeypatch.setattr(rescore_requests, "can_rescore", lambda: True)
    jobs = []

    def start(work):
        jobs.append(work)
        job = start_before(work)
        job.exception(20)
        return job

    start_before = threads.start
    monkeypatch.setattr(threads, "start", start)
    rescore_requests.reset()
    view("user:1")
    view("user:2")
    assert len(jobs) == 1
    assert Interaction.objects.count() == 2
    rescore_requests.reset()
