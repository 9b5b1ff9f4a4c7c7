"""Declared placements, and the rows that override them."""

import pytest

from django_recsys.models import Placement, RecommenderConfig, TrainingRun
from django_recsys.serving.live_models import find_placement
from tests.factories import make_interaction

pytestmark = pytest.mark.django_db

LIST = "/admin/django_recsys/placement/"


def test_declared_placements_are_shown_with_what_fills_them(boss, ease):
    page = boss.get(LIST).content.decode()
    assert "Recommended for you" in page
    assert "ease → item_knn <em>(not trained yet)</em>" in page
    assert page.count("Customise</button>") == 7


def test_customising_makes_a_row_that_changes_nothing_yet(boss):
    before = find_placement("recommended")
    response = boss.post(f"{LIST}customise/recommended/")
    row = Placement.objects.get()
    assert response.url == f"{LIST}{row.pk}/change/"
    assert find_placement("recommended") == before
    assert boss.get(LIST).content.decode().count("Customise</button>") == 6
    assert boss.post(f"{LIST}customise/recommended/").url == response.url


def test_changed_placement_is_stored(boss):
    boss.post(f"{LIST}customise/recommended/")
    row = Placement.objects.get()
    form = boss.get(f"{LIST}{row.pk}/change/").context["adminform"].form
    assert form["fallbacks"].value() == "item_knn, trending, popular"
    data = {
        "title": "Picked for you",
        "basis": "visitor",
        "recommender": "buy_again",
        "fallbacks": "ease,  popular,ease",
        "size": "6",
        "is_enabled": "on",
    }
    response = boss.post(f"{LIST}{row.pk}/change/", data)
    assert response.status_code == 302
    rule = find_placement("recommended")
    assert rule.sources == ("buy_again", "ease", "popular")
    assert (rule.title, rule.size) == ("Picked for you", 6)
    assert not rule.excludes_purchased
    assert "Picked for you" in boss.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fallbacks": "ease, no_such_one"}, "fallbacks"),
        ({"recommender": "no_such_one"}, "recommender"),
        ({"size": "0"}, "size"),
        ({"size": "101"}, "size"),
        ({"basis": ""}, "basis"),
        ({"key": "two words"}, "key"),
    ],
)
def test_wrong_placement_is_refused(boss, changes, field):
    data = {"key": "shelf", "basis": "everyone", "size": "6", **changes}
    response = boss.post(f"{LIST}add/", data)
    assert list(response.context["adminform"].form.errors) == [field]


def test_unknown_or_get_customises_nothing(boss):
    assert boss.post(f"{LIST}customise/no-such/").status_code == 404
    assert boss.get(f"{LIST}customise/recommended/").status_code == 405
    assert not Placement.objects.exists()


def test_onlooker_customises_nothing(onlooker):
    assert "Customise</button>" not in onlooker.get(LIST).content.decode()
    assert onlooker.post(f"{LIST}customise/recommended/").status_code == 403
    Placement.objects.create(key="shelf", basis="everyone", fallbacks=["popular"])
    row = Placement.objects.get()
    assert onlooker.get(f"{LIST}{row.pk}/change/").status_code == 200


def test_interactions_are_found_by_a_whole_key(boss):
    for key in ("user:1", "user:11"):
        make_interaction(key, "5")
    found = boss.get("/admin/django_recsys/interaction/?q=user:1")
    assert [row.visitor_key for row in found.context["cl"].result_list] == ["user:1"]
    assert boss.get("/admin/django_recsys/interaction/add/").status_code == 403


def test_a_refused_model_is_not_called_untrained(boss, ease):
    config = RecommenderConfig.objects.create(key="item_knn", algorithm="item_knn")
    TrainingRun.objects.create(recommender=config, status=TrainingRun.Status.REFUSED)
    page = boss.get(LIST).content.decode()
    assert "item_knn <em>(trained, not better)</em>" in page


def test_without_rows_nothing_says_that_there_are_no_placements(boss):
    """As the first thing under another admin theme: "No results found"."""
    page = boss.get(LIST).content.decode()
    assert "0 placements" not in page
    assert "Built in" in page
    boss.post(f"{LIST}customise/recommended/")
    assert "1 placement" in boss.get(LIST).content.decode()
