"""The one thing that a schedule calls."""

import json
from datetime import UTC, datetime, time, timedelta
from io import StringIO

import pytest
from celery import current_app
from django.core.management import call_command
from django.utils import timezone

from django_recsys.models import Interaction, RecommenderConfig, TrainingRun
from django_recsys.operations.tick import (
    DEEP_EVERY,
    LAST_DEEP,
    comes_round,
    run_tick,
)
from django_recsys.training.jobs.schedule import next_start
from django_recsys.training.lease import take_lease
from tests.factories import make_interaction, make_products
from tests.hosts.shop.models import Order, OrderLine

NOW = datetime.now(UTC).replace(microsecond=0)
"""Rows that a tick makes are of the true time."""
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_popular():
    RecommenderConfig.objects.ensure_defaults()
    RecommenderConfig.objects.exclude(key="popular").update(is_enabled=False)


def buy_silently(product, *, days_ago: int, number: str) -> None:
    """Write an order as a bulk import of a shop does: no signal is fired."""
    moment = NOW - timedelta(days=days_ago)
    order = Order.objects.create(number=number, email="a@b.c", created_at=moment)
    OrderLine.objects.bulk_create([OrderLine(order=order, product=product)])


def test_a_tick_finds_purchases_trains_and_puts_live():
    product = make_products(1)[0]
    buy_silently(product, days_ago=1, number="1")

    report = run_tick(NOW)

    assert report.caught_up["recorded"] == 1
    assert report.started == ["popular"]
    assert report.ended == ["popular: promoted"]
    assert RecommenderConfig.objects.get(key="popular").serving is not None


def test_a_second_tick_does_nothing_more():
    make_interaction("user:1", make_products(1)[0])
    run_tick(NOW)

    report = run_tick(NOW + timedelta(minutes=5))

    assert (report.started, report.ended) == ([], [])


def test_the_first_tick_of_a_day_looks_further_back():
    product = make_products(1)[0]
    run_tick(NOW)
    buy_silently(product, days_ago=40, number="2")

    soon = run_tick(NOW + timedelta(minutes=5))
    next_day = run_tick(NOW + timedelta(days=1, minutes=5))

    assert soon.caught_up["recorded"] == 0
    assert next_day.caught_up["recorded"] == 1


def test_old_interactions_are_pruned_once_a_day():
    product = make_products(1)[0]
    make_interaction("user:1", product, at=NOW - timedelta(days=731))
    make_interaction("user:1", product, at=NOW - timedelta(days=729))

    assert run_tick(NOW).pruned == 1
    assert Interaction.objects.count() == 1

    make_interaction("user:2", product, at=NOW - timedelta(days=731))
    assert run_tick(NOW + timedelta(hours=1)).pruned == 0
    assert run_tick(NOW + timedelta(hours=25)).pruned == 2


def test_a_tick_beside_a_training_leaves_the_queue_to_it():
    make_interaction("user:1", make_products(1)[0])
    take_lease("another")

    report = run_tick(timezone.now())

    assert report.started == ["popular"]
    assert report.ended == []
    assert TrainingRun.objects.queued().count() == 1


def test_a_clock_that_was_ahead_blocks_neither_ticks_nor_trainings():
    """Twenty years on, for a moment: then it is put right."""
    make_interaction("user:1", make_products(1)[0])
    ahead = NOW + timedelta(days=7300)
    run_tick(ahead)
    TrainingRun.objects.update(created_at=ahead)
    make_interaction("user:1", make_products(1)[0], at=NOW - timedelta(days=800))

    report = run_tick(NOW)

    assert report.started == ["popular"]
    assert report.pruned == 1
    assert not comes_round(LAST_DEEP, DEEP_EVERY, NOW)
    assert next_start(RecommenderConfig.objects.get(key="popular"), NOW) > NOW


def test_a_recommender_whose_schedule_fails_leaves_the_others_theirs(monkeypatch):
    make_interaction("user:1", make_products(1)[0])
    RecommenderConfig.objects.filter(key="ease").update(is_enabled=True)
    whole = RecommenderConfig.due_at

    def broken(config, *args, **kwargs):
        if config.key == "ease":
            raise ValueError("naive")
        return whole(config, *args, **kwargs)

    monkeypatch.setattr(RecommenderConfig, "due_at", broken)

    assert run_tick(NOW).started == ["popular"]


def test_daily_schedule_without_time_zones(settings, client, admin_user):
    """USE_TZ is off: what is stored has no zone, and is the project's own time."""
    settings.USE_TZ = False
    settings.TIME_ZONE = "America/New_York"
    now = datetime(2026, 3, 2, 12)
    make_interaction("user:1", make_products(1)[0], at=now)
    daily = RecommenderConfig.objects.filter(key="popular")
    daily.update(schedule="daily", daily_at=time(3, 0))
    client.force_login(admin_user)

    run_tick(now)
    TrainingRun.objects.update(created_at=now)

    assert run_tick(now + timedelta(hours=14)).started == []
    page = client.get("/admin/django_recsys/recommenderconfig/")
    assert page.status_code == 200
    assert run_tick(now + timedelta(hours=16)).started == ["popular"]


def test_with_celery_the_tick_trains_nothing_itself(settings, monkeypatch):
    settings.RECSYS = {**settings.RECSYS, "TASKS": "celery"}
    nobody = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(current_app.conf, "broker_write_url", nobody)
    make_interaction("user:1", make_products(1)[0])

    report = run_tick(NOW)

    run = TrainingRun.objects.get()
    assert report.ended == []
    assert run.status == TrainingRun.Status.QUEUED
    assert "broker does not answer" in run.message


def test_the_command_prints_what_it_did():
    make_interaction("user:1", make_products(1)[0])
    out = StringIO()

    call_command("recsys_tick", "--json", stdout=out)

    assert json.loads(out.getvalue())["ended"] == ["popular: promoted"]


def history():
    yield {"user": 1, "item": 3, "kind": "view", "at": NOW - timedelta(days=3)}
    yield {"user": 1, "item": 4, "kind": "view", "at": NOW - timedelta(days=300)}
    yield {"user": 1, "item": {}, "kind": "view"}


def failing_history():
    yield {"user": 2, "item": 3, "kind": "view", "at": NOW - timedelta(days=3)}
    raise ZeroDivisionError


def test_history_is_read_again_once_a_day(settings):
    settings.RECSYS = {**settings.RECSYS, "HISTORY": f"{__name__}.history"}

    first = run_tick(NOW).caught_up
    soon = run_tick(NOW + timedelta(hours=1)).caught_up
    next_day = run_tick(NOW + timedelta(hours=25)).caught_up

    assert (first["recorded"], first["unusable"]) == (1, 1)
    assert (soon["read"], next_day["recorded"]) == (0, 0)
    assert next_day["already_recorded"] == 1


def test_history_that_fails_leaves_the_tick_its_other_work(settings):
    make_interaction("user:1", make_products(1)[0])
    settings.RECSYS = {**settings.RECSYS, "HISTORY": f"{__name__}.failing_history"}
    assert run_tick(NOW).started == ["popular"]
