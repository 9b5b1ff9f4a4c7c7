"""When the tick starts what."""

from datetime import UTC, datetime, time, timedelta

import pytest

from django_recsys.models import RecommenderConfig, TrainingRun
from django_recsys.models.recommenders import DEFAULT_RECOMMENDERS
from django_recsys.training.jobs.schedule import next_start, start_due

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Schedule = RecommenderConfig.Schedule
pytestmark = pytest.mark.django_db


def configured(**fields) -> RecommenderConfig:
    return RecommenderConfig.objects.create(
        key="popular", algorithm="popular", **fields
    )


def ran(config: RecommenderConfig, at: datetime, status: str = "promoted") -> None:
    TrainingRun.objects.create(recommender=config, created_at=at, status=status)


def test_the_first_tick_starts_everything():
    assert {run.recommender.key for run in start_due(NOW)} == set(DEFAULT_RECOMMENDERS)


def test_a_second_tick_starts_nothing_that_is_queued():
    start_due(NOW)

    assert start_due(NOW + timedelta(days=3)) == []


def test_every_n_hours():
    config = configured(schedule=Schedule.INTERVAL, every_hours=6)
    ran(config, NOW)

    assert next_start(config, NOW) == NOW + timedelta(hours=6)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (NOW.replace(hour=2), NOW.replace(hour=3, minute=30)),
        (NOW.replace(hour=3, minute=30), NOW.replace(day=2, hour=3, minute=30)),
        (NOW, NOW.replace(day=2, hour=3, minute=30)),
    ],
)
def test_daily_at_a_time(last, due):
    config = configured(schedule=Schedule.DAILY, daily_at=time(3, 30))
    ran(config, last)

    assert next_start(config, NOW) == due


def test_a_daily_time_is_that_of_the_projects_zone(settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    config = configured(schedule=Schedule.DAILY, daily_at=time(3, 30))
    ran(config, NOW)

    assert next_start(config, NOW) == datetime(2026, 3, 1, 19, 30, tzinfo=UTC)


def test_manual_is_left_to_people():
    assert next_start(configured(schedule=Schedule.MANUAL), NOW) is None


def test_a_disabled_recommender_is_left_alone():
    assert next_start(configured(is_enabled=False), NOW) is None


def test_a_failed_training_is_not_tried_again_at_every_tick():
    config = configured(every_hours=24)
    ran(config, NOW, status="failed")

    assert next_start(config, NOW) == NOW + timedelta(hours=24)
