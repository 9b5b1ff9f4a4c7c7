"""A training that takes too long or too much is ended, and the old lists serve."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from django_recsys.models import RecommenderConfig, TrainingRun
from django_recsys.training.jobs.watchdog import Limits, resident_bytes

SERVING = "SELECT serving_id FROM django_recsys_recommenderconfig WHERE key = ?"
LAST = "SELECT status, message FROM django_recsys_trainingrun ORDER BY id DESC"


@pytest.fixture(scope="module")
def shop(make_file_shop):
    return make_file_shop("tests.training.limited_settings")


def test_a_deep_training_over_its_time_is_ended_and_the_old_lists_serve(shop):
    pytest.importorskip("torch")
    shop.train("gru", "--force")
    serving = shop.value(SERVING, "gru")
    assert serving
    hurried = replace(shop, variables={"RECSYS_TEST_MINUTES": "0.01"})

    code, _out, error = hurried.manage("recsys_train", "gru", "--force")

    assert code == 1, error
    status, message = shop.rows(LAST)[0]
    assert status == "failed"
    assert "took longer than 0.01 minutes (RECSYS['TRAINING_MINUTES'])" in message
    assert "at the stage" in message
    assert shop.value(SERVING, "gru") == serving
    left = list((shop.folder / "artifacts" / "work").iterdir())
    assert len(left) <= 1  # a checkpoint, to go on from


def test_one_over_its_memory_is_ended_and_the_others_are_not_left_waiting(shop):
    # A child as quick as these could be done before anybody looks at it.
    slow = {
        "RECSYS_TEST_KILL_AFTER_STATEMENT": 'UPDATE "django_recsys_trainingrun"',
        "RECSYS_TEST_WAIT_SECONDS": "60",
    }
    small = replace(shop, variables={"RECSYS_TEST_MEMORY_MB": "1", **slow})

    code, _out, error = small.manage("recsys_train", "popular", "trending")

    assert code == 1, error
    found = shop.rows(LAST)[:2]
    assert {status for status, _message in found} == {"failed"}
    assert all("more than 1 MB" in message for _status, message in found)


@pytest.mark.django_db
def test_only_the_run_in_work_is_late(settings):
    settings.RECSYS = {**settings.RECSYS, "TRAINING_MINUTES": 2}
    config = RecommenderConfig.objects.create(key="ease", algorithm="ease")
    now = timezone.now()
    run = TrainingRun.objects.create(
        recommender=config, status="running", started_at=now - timedelta(seconds=119)
    )
    limits = Limits([run.pk])
    assert limits.lateness(now) == ""
    assert "longer than 2 minutes" in limits.lateness(now + timedelta(seconds=2))
    assert Limits([run.pk + 1]).lateness(now + timedelta(days=1)) == ""


def test_a_process_that_is_gone_holds_nothing():
    assert resident_bytes(2**22 + 1) == 0
