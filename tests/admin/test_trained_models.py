"""Putting a model live by hand."""

import pytest

from django_recsys.models import TrainedModel
from tests.admin.conftest import messages_of

pytestmark = pytest.mark.django_db

LIST = "/admin/django_recsys/trainedmodel/"


@pytest.fixture
def first(ease):
    return TrainedModel.objects.get(version=1)


def test_pages_show_which_one_serves(boss, ease, first):
    assert boss.get(LIST).status_code == 200
    assert "Make it serve" in boss.get(f"{LIST}{first.pk}/change/").content.decode()
    serving = boss.get(f"{LIST}{ease.serving.pk}/change/").content.decode()
    assert "Make it serve" not in serving


def test_promoting_asks_first(boss, ease, first):
    page = boss.get(f"{LIST}{first.pk}/promote/").content.decode()
    assert "Show the lists of ease v1 to visitors?" in page
    response = boss.post(f"{LIST}{first.pk}/promote/", follow=True)
    assert messages_of(response) == ["ease v1 serves now."]
    ease.refresh_from_db()
    assert ease.serving == first


def test_action_promotes_the_newest_last(boss, ease, first):
    chosen = [ease.serving.pk, first.pk]
    boss.post(LIST, {"action": "promote_selected", "_selected_action": chosen})
    ease.refresh_from_db()
    assert ease.serving.version == 2


def test_model_without_complete_lists_is_refused(boss, ease, first):
    TrainedModel.objects.filter(pk=first.pk).update(published_at=None)
    response = boss.post(f"{LIST}{first.pk}/promote/", follow=True)
    assert "no complete lists" in messages_of(response)[0]
    chosen = {"action": "promote_selected", "_selected_action": [first.pk]}
    response = boss.post(LIST, chosen, follow=True)
    assert "no complete lists" in messages_of(response)[0]
    ease.refresh_from_db()
    assert ease.serving.version == 2


def test_onlooker_promotes_nothing(onlooker, ease, first):
    page = onlooker.get(f"{LIST}{first.pk}/change/").content.decode()
    assert "Make it serve" not in page
    assert onlooker.post(f"{LIST}{first.pk}/promote/").status_code == 403
    chosen = {"action": "promote_selected", "_selected_action": [first.pk]}
    onlooker.post(LIST, chosen)
    ease.refresh_from_db()
    assert ease.serving.version == 2


def test_models_are_left_to_the_sweep(boss, first):
    url = f"{LIST}{first.pk}/delete/"
    assert boss.post(url, {"post": "yes"}).status_code == 403
    assert TrainedModel.objects.filter(pk=first.pk).exists()
