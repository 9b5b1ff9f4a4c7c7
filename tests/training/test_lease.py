"""One training at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from django_recsys.exceptions import TrainingInProgressError
from django_recsys.models import Lease, RecommenderConfig, TrainingRun
from django_recsys.training.jobs.queue import request_training
from django_recsys.training.jobs.runner import run_queued, train_now
from django_recsys.training.lease import NAME, TTL, take_lease

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def running_run() -> TrainingRun:
    config = RecommenderConfig.objects.create(key="popular", algorithm="popular")
    return TrainingRun.objects.create(
        recommender=config,
        status=TrainingRun.Status.RUNNING,
        stage="fit",
        started_at=NOW,
    )


def test_the_second_training_says_that_one_is_running():
    run = running_run()
    take_lease("first", now=datetime.now(UTC))
    run.status = TrainingRun.Status.RUNNING
    run.save()

    with pytest.raises(TrainingInProgressError, match=r"popular \(run \d+, fit\)"):
        train_now(["popular"])

    assert TrainingRun.objects.count() == 1


def test_two_processes_cannot_both_take_the_lease(make_file_shop):
    file_shop = make_file_shop()
    program = (
        "from django.utils import timezone\n"
        "from django_recsys.training.lease import take_lease\n"
        "take_lease('holder', now=timezone.now())\n"
    )
    file_shop.succeed("shell", "--no-imports", "-c", program)

    code, _out, error = file_shop.manage("recsys_train", "popular")

    assert code == 1
    assert "A training is running" in error


def test_a_dead_training_is_found_and_marked():
    run = running_run()
    Lease.objects.create(name=NAME, holder="dead", expires_at=NOW)

    take_lease("next", now=NOW + timedelta(seconds=1))

    run.refresh_from_db()
    assert run.status == TrainingRun.Status.FAILED
    assert run.message == "Its process died at the stage 'fit'."


def test_a_living_holder_keeps_its_lease():
    take_lease("first", now=NOW)
    later = NOW + TTL - timedelta(seconds=1)

    assert Lease.objects.renew(NAME, "first", now=later, ttl=TTL)
    with pytest.raises(TrainingInProgressError):
        take_lease("second", now=NOW + TTL + timedelta(seconds=1))


def test_a_lease_that_was_taken_over_is_not_given_back_by_the_first():
    take_lease("first", now=NOW)
    take_lease("second", now=NOW + TTL + timedelta(seconds=1))

    assert not Lease.objects.give_back(NAME, "first")
    assert Lease.objects.get(name=NAME).holder == "second"


def test_queued_trainings_wait_while_another_one_runs():
    request_training(["popular"], trigger="admin")
    take_lease("first", now=NOW)

    assert run_queued(now=NOW + timedelta(seconds=1)) == []
    assert TrainingRun.objects.queued().count() == 1


def test_a_waiting_recommender_is_not_queued_twice():
    first = request_training(["popular"], trigger="admin")
    second = request_training(["popular"], trigger="schedule")

    assert first == second
