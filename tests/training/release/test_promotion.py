"""The pointer is moved by people too."""

import pytest

from django_recsys.exceptions import PromotionError
from django_recsys.models import RecommenderConfig, TrainingRun
from django_recsys.training.release.promotion import promote, roll_back
from tests.factories import TRAINED_AT, make_serving_model

pytestmark = pytest.mark.django_db


def serving(key: str = "popular"):
    return RecommenderConfig.objects.get(key=key).serving


def test_roll_back_serves_the_version_before():
    first = make_serving_model("popular")
    second = make_serving_model("popular")

    assert roll_back(second.recommender, by="anna") == first
    assert serving() == first
    assert serving().promoted_at > second.promoted_at  # now, not then


def test_a_second_roll_back_goes_further_back():
    models = [make_serving_model("popular") for _ in range(3)]
    roll_back(RecommenderConfig.objects.get(key="popular"), by="anna")
    roll_back(RecommenderConfig.objects.get(key="popular"), by="anna")

    assert serving() == models[0]
    with pytest.raises(PromotionError, match="no earlier model"):
        roll_back(RecommenderConfig.objects.get(key="popular"), by="anna")


def test_a_model_with_incomplete_lists_cannot_serve():
    trained_model = make_serving_model("popular")
    trained_model.published_at = None

    with pytest.raises(PromotionError, match="no complete lists"):
        promote(trained_model, by="anna")


def test_promoting_a_waiting_model_ends_its_run():
    trained_model = make_serving_model("popular")
    run = TrainingRun.objects.create(
        recommender=trained_model.recommender,
        trained_model=trained_model,
        status=TrainingRun.Status.WAITING,
    )

    promote(trained_model, by="anna", now=TRAINED_AT)

    run.refresh_from_db()
    assert run.status == TrainingRun.Status.PROMOTED
    assert serving().promoted_at == TRAINED_AT
