import pytest
from django.core.cache import cache

from django_recsys.models import Placement, RecommenderConfig
from django_recsys.serving.live_models import find_placement, get_live_models
from tests.factories import make_serving_model

pytestmark = pytest.mark.django_db


def test_change_of_a_placement_is_seen_on_the_next_page():
    assert find_placement("recommended").size == 12
    row = Placement.objects.create(key="recommended", basis="visitor", size=4)
    assert find_placement("recommended").size == 4
    assert str(find_placement("recommended").title) == "Recommended for you"
    row.size = 5
    row.save()
    assert find_placement("recommended").size == 5
    row.delete()
    assert find_placement("recommended").size == 12


def test_promotion_is_seen_on_the_next_page():
    trained_model = make_serving_model("ease")
    get_live_models()
    config = RecommenderConfig.objects.get(key="ease")
    config.serving = None
    config.save()
    assert get_live_models().pointers == {}
    config.serving = trained_model
    config.save()
    pointer = get_live_models().pointers["ease"]
    assert pointer.trained_model_id == trained_model.pk


def test_what_others_read_before_the_commit_is_forgotten_after_it(
    django_capture_on_commit_callbacks,
):
    with django_capture_on_commit_callbacks(execute=True):
        Placement.objects.create(key="shelf", basis="everyone")
        # Another process asks in between and caches what it sees: no such row.
        cache.set("django_recsys:live", "stale")
    assert find_placement("shelf").basis == "everyone"


def test_standing_costs_three_queries_and_is_remembered(django_assert_num_queries):
    make_serving_model("ease")
    with django_assert_num_queries(3):
        get_live_models()
        get_live_models()
