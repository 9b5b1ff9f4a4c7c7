from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError

from django_recsys.exceptions import RecsysError
from django_recsys.models import RecommenderConfig, TrainedModel
from django_recsys.models.recommenders import DEFAULT_RECOMMENDERS
from tests.tracking.conftest import NOW

pytestmark = pytest.mark.django_db


def test_defaults_are_made_once_and_left_alone():
    RecommenderConfig.objects.create(key="ease", algorithm="ease", is_enabled=False)
    for _time in range(2):
        RecommenderConfig.objects.ensure_defaults()
    keys = set(RecommenderConfig.objects.values_list("key", flat=True))
    assert keys == set(DEFAULT_RECOMMENDERS)
    assert not RecommenderConfig.objects.get(key="ease").is_enabled


def test_algorithm_gets_a_row_when_it_is_named():
    assert RecommenderConfig.objects.named("popular").algorithm == "popular"
    with pytest.raises(RecsysError):
        RecommenderConfig.objects.named("nothing")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"algorithm": "nothing"}, "algorithm"),
        ({"hyperparameters": {"nothing": 1}}, "hyperparameters"),
        ({"hyperparameters": {"regularization": -2}}, "hyperparameters"),
        ({"schedule": "daily"}, "daily_at"),
        ({"interaction_weights": {"purchase": -5}}, "interaction_weights"),
        ({"interaction_weights": {"return": 10}}, "interaction_weights"),
    ],
)
def test_bad_configuration_is_refused(changed, field):
    config = RecommenderConfig(**{"key": "own", "algorithm": "ease", **changed})
    with pytest.raises(ValidationError) as refused:
        config.full_clean()
    assert field in refused.value.message_dict


def config(**given):
    return RecommenderConfig(key="own", algorithm="ease", **given)


def test_never_trained_is_due_at_once():
    assert config().due_at(None, now=NOW) == NOW


def test_interval_counts_from_the_last_start():
    assert config(every_hours=6).due_at(NOW, now=NOW) == NOW + timedelta(hours=6)


def test_manual_and_switched_off_are_never_due():
    assert config(schedule="manual").due_at(None, now=NOW) is None
    assert config(is_enabled=False).due_at(None, now=NOW) is None


@pytest.mark.parametrize(("last", "due"), [((1, 2), 1), ((1, 3), 2), ((1, 9), 2)])
def test_daily_is_due_at_its_time(last, due):
    daily = config(schedule="daily", daily_at=time(3, 0))
    day, hour = last
    started_at = datetime(2026, 3, day, hour, tzinfo=UTC)
    due_at = datetime(2026, 3, due, 3, tzinfo=UTC)
    assert daily.due_at(started_at, now=started_at) == due_at


def test_daily_is_in_the_projects_own_time_zone(settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    daily = config(schedule="daily", daily_at=time(3, 0))
    last = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai
    due = daily.due_at(last, now=last)
    assert due == datetime(2026, 3, 1, 19, 0, tzinfo=UTC)


def test_model_is_promotable_once_its_lists_are_complete():
    saved = config()
    saved.save()
    model = TrainedModel.objects.create(
        recommender=saved, version=1, algorithm="ease", data_until=NOW
    )
    assert not TrainedModel.objects.promotable().exists()
    assert not model.is_serving
    model.published_at = NOW
    model.save()
    saved.serving = model
    assert TrainedModel.objects.promotable().get() == model
    assert model.is_serving
    assert str(model) == "own v1"
