"""One training at a time."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from django_recsys.exceptions import TrainingInProgressError
from django_recsys.models import Lease, RecommenderConfig, TrainedModel, TrainingRun
from django_recsys.models.leases import DatabaseNow
from django_recsys.operations.tick import run_tick
from django_recsys.training import pipeline
from django_recsys.training.jobs.queue import queue, request_training
from django_recsys.training.jobs.runner import run_queued, train_now
from django_recsys.training.lease import NAME, TTL, Heartbeat, take_lease
from django_recsys.training.pipeline import run_trainings
from tests.factories import make_interaction, make_products

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


def expire(by: timedelta = timedelta(seconds=1)) -> None:
    """Let the lease's time be over since `by`; before zero, still to come."""
    Lease.objects.update(expires_at=DatabaseNow() - by)


def test_the_second_training_says_that_one_is_running():
    run = running_run()
    take_lease("first")
    run.status = TrainingRun.Status.RUNNING
    run.save()

    with pytest.raises(TrainingInProgressError, match=r"popular \(run \d+, fit\)"):
        train_now(["popular"])

    assert TrainingRun.objects.count() == 1


def test_two_processes_cannot_both_take_the_lease(make_file_shop):
    file_shop = make_file_shop()
    program = (
        "from django_recsys.training.lease import take_lease\ntake_lease('holder')\n"
    )
    file_shop.succeed("shell", "--no-imports", "-c", program)

    code, _out, error = file_shop.manage("recsys_train", "popular")

    assert code == 1
    assert "A training is running" in error


def test_a_dead_training_is_found_and_marked():
    run = running_run()
    Lease.objects.create(name=NAME, holder="dead")
    expire()

    take_lease("next")

    run.refresh_from_db()
    assert run.status == TrainingRun.Status.FAILED
    assert run.message == "Its process died at the stage 'fit'."


def test_a_living_holder_keeps_its_lease():
    take_lease("first")
    expire()

    assert Lease.objects.renew(NAME, "first", ttl=TTL)
    with pytest.raises(TrainingInProgressError):
        take_lease("second")


def test_a_lease_that_was_taken_over_is_not_given_back_by_the_first():
    take_lease("first")
    expire()
    take_lease("second")

    assert not Lease.objects.give_back(NAME, "first")
    assert Lease.objects.get(name=NAME).holder == "second"


def test_a_lease_taken_while_the_clock_was_ahead_ends_with_it():
    take_lease("first")
    expire(-timedelta(days=7300))

    take_lease("second")

    assert Lease.objects.get(name=NAME).holder == "second"


def test_a_clock_that_is_wrong_here_takes_no_living_lease(monkeypatch):
    take_lease("first")
    ahead = datetime.now(UTC) + timedelta(days=7300)
    monkeypatch.setattr("django.utils.timezone.now", lambda: ahead)

    with pytest.raises(TrainingInProgressError):
        take_lease("second")


def test_a_tick_that_took_long_before_it_trains_holds_a_lease_that_lives():
    """The moment of the tick is minutes old by the time that its training begins."""
    make_interaction("user:1", make_products(1)[0])
    RecommenderConfig.objects.ensure_defaults()
    RecommenderConfig.objects.exclude(key="popular").update(is_enabled=False)
    refusals = []

    def steal(*_arguments: object) -> None:
        with pytest.raises(TrainingInProgressError) as refusal:
            take_lease("thief")
        refusals.append(refusal)

    with patch.object(pipeline, "publish", steal):
        report = run_tick(datetime.now(UTC) - timedelta(minutes=10))

    assert report.ended == ["popular: promoted"]
    assert len(refusals) == 1


def test_whoever_lost_the_lease_puts_nothing_live():
    make_interaction("user:1", make_products(1)[0])
    [run] = queue(["popular"], trigger="admin")
    take_lease("first")
    heartbeat = Heartbeat("first")

    def steal(trained_model: TrainedModel, *_more: object) -> None:
        expire()
        take_lease("second")

    with patch.object(pipeline, "publish", steal):
        run_trainings([run.pk], heartbeat)

    run.refresh_from_db()
    assert run.status == TrainingRun.Status.FAILED
    assert "another training took it over" in run.message
    assert RecommenderConfig.objects.get(key="popular").serving is None


def test_queued_trainings_wait_while_another_one_runs():
    request_training(["popular"], trigger="admin")
    take_lease("first")

    assert run_queued() == []
    assert TrainingRun.objects.queued().count() == 1


def test_a_waiting_recommender_is_not_queued_twice():
    first = request_training(["popular"], trigger="admin")
    second = request_training(["popular"], trigger="schedule")

    assert first == second


def test_training_whose_watcher_was_killed_ends(make_file_shop):
    file_shop = make_file_shop("tests.training.killing_settings")
    slow = {
        "RECSYS_TEST_KILL_AFTER_STATEMENT": 'UPDATE "django_recsys_trainingrun"',
        "RECSYS_TEST_KILL_AFTER_VALUE": "read",
        "RECSYS_TEST_WAIT_SECONDS": "60",
    }
    shop = replace(file_shop, variables=slow)
    parent = shop.start("-m", "django", "recsys_train", "popular")
    wait_for(lambda: shop.rows(RUNNING))
    [child] = children_of(parent.pid)

    parent.kill()
    parent.communicate()

    wait_for(lambda: not is_alive(child))
    assert shop.rows(FAILED) == [
        ("The process that watched over the training ended at the stage 'read'.",)
    ]
    assert shop.value("SELECT holder FROM django_recsys_lease") == ""


RUNNING = "SELECT id FROM django_recsys_trainingrun WHERE status = 'running'"
FAILED = "SELECT message FROM django_recsys_trainingrun WHERE status = 'failed'"


def wait_for(condition, seconds: float = 60.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def children_of(process_id: int) -> list[int]:
    text = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    return [int(number) for number in text.split()]


def is_alive(process_id: int) -> bool:
    stat = Path(f"/proc/{process_id}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
