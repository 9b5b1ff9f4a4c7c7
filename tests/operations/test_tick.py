"""The one thing that a schedule calls."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from celery import current_app
from django.core.management import call_command
from django.utils import timezone

from django_recsys.models import Interaction, RecommenderConfig, TrainingRun
from django_recsys.operations.tick import run_tick
from django_recsys.training.lease import take_lease
from tests.factories import make_interaction, make_products
from tests.hosts.shop.models import Order, OrderLine

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
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
