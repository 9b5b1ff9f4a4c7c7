"""Wrong settings of an Oscar shop."""

import pytest
from django.apps import apps

from django_recsys.contrib.oscar import checks


def found():
    return [message.id for message in checks.check_oscar()]


def test_right_project_is_silent():
    assert found() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"RETURN_STATUS": ["Returned"]},
        {"RETURN_STATUSES": "Returned"},
        {"SUGGESTIONS": "6"},
    ],
)
def test_unusable_key_is_named(settings, wrong):
    settings.RECSYS_OSCAR = wrong
    assert found() == ["django_recsys.E052"]


def test_other_shop_with_an_app_of_that_name(monkeypatch):
    user = apps.get_model("auth", "User")
    monkeypatch.setattr(checks.apps, "get_model", lambda *label: user)
    assert found() == ["django_recsys.E051"]


def test_second_item_model_needs_another_catalog(settings):
    settings.RECSYS = {"ITEM_MODEL": ["catalogue.Product", "auth.User"]}
    assert found() == ["django_recsys.E053"]
