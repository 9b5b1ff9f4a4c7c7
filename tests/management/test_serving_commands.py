"""Promote, roll back and look from a terminal."""

import json

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from django_recsys.models import RecommenderConfig, TrainedModel
from tests.factories import make_products, make_serving_model, store_list

pytestmark = pytest.mark.django_db


def serving():
    return RecommenderConfig.objects.get(key="ease").serving.version


@pytest.fixture
def two_models():
    make_serving_model("ease")
    make_serving_model("ease")


def test_roll_back_and_promote(two_models, capsys):
    call_command("recsys_rollback", "ease")
    assert capsys.readouterr().out == "ease v1 serves again.\n"
    assert serving() == 1
    call_command("recsys_promote", "ease")
    assert capsys.readouterr().out == "ease v2 serves now.\n"
    assert serving() == 2


def test_named_model_is_promoted(two_models, capsys):
    call_command("recsys_promote", "ease", model=1, json=True)
    assert json.loads(capsys.readouterr().out) == {"recommender": "ease", "version": 1}
    call_command("recsys_promote", "ease")
    call_command("recsys_rollback", "ease", json=True)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["version"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["recsys_promote", "als"], "no trained model of 'als'"),
        (["recsys_promote", "ease", "--model", "9"], "no model v9 of 'ease'"),
        (["recsys_promote", "ease", "--model", "1"], "no complete lists"),
        (["recsys_rollback", "als"], "no recommender 'als'"),
    ],
)
def test_what_cannot_be_done_is_said(two_models, arguments, message):
    TrainedModel.objects.filter(version=1).update(published_at=None)
    with pytest.raises(CommandError, match=message):
        call_command(*arguments)


def test_roll_back_of_the_only_model_is_refused():
    make_serving_model("ease")
    with pytest.raises(CommandError, match="no earlier model"):
        call_command("recsys_rollback", "ease")


def test_list_of_a_visitor_is_printed(capsys):
    ada = User.objects.create_user("ada")
    products = make_products(3)
    store_list(make_serving_model("ease"), f"user:{ada.pk}", products[1:])
    call_command("recsys_recommend", "ada", n=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"  1. Product 2 [{products[1].pk}] ease 1.000"
    assert len(lines) == 2


def test_json_is_the_object_of_the_api(capsys):
    ada = User.objects.create_user("ada")
    products = make_products(3)
    store_list(make_serving_model("ease"), f"user:{ada.pk}", products)
    call_command("recsys_recommend", f"user:{ada.pk}", n=2, json=True)
    printed = json.loads(capsys.readouterr().out)
    client = Client()
    client.force_login(ada)
    answered = client.get("/recsys/recommendations/?n=2").json()
    assert printed.pop("request_id") != answered.pop("request_id")
    assert printed == answered


def test_other_placements_and_items(capsys):
    products = make_products(3)
    call_command(
        "recsys_recommend", "user:1", placement="similar", item=[str(products[0].pk)]
    )
    assert "Product 1" not in capsys.readouterr().out


def test_nothing_to_show_is_said(capsys):
    call_command("recsys_recommend", "user:1", placement="buy-again")
    assert "recsys_doctor" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("user", "placement", "message"),
    [("nobody", "recommended", "nobody"), ("user:1", "no-such", "no placement")],
)
def test_unknown_names_are_refused(user, placement, message):
    with pytest.raises(CommandError, match=message):
        call_command("recsys_recommend", user, placement=placement)


def test_the_title_is_the_one_that_pages_show(settings, capsys, django_user_model):
    """Of a model without __str__ it was "Product object (1)"."""
    user = django_user_model.objects.create_user("ada")
    products = make_products(2)
    store_list(make_serving_model("ease"), f"user:{user.pk}", products)
    settings.RECSYS = {**settings.RECSYS, "ITEM_FIELDS": {"title": "brand"}}
    type(products[0]).objects.update(brand="Owl & Sons")
    call_command("recsys_recommend", "ada")
    assert "1. Owl & Sons [" in capsys.readouterr().out
