import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from django_recsys.models import Interaction, StoredRecommendations
from django_recsys.tracking import stream_export
from django_recsys.tracking.privacy import export
from tests.factories import make_interaction, make_serving_model, store_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(ada, products):
    """Something of ada's, and the same of somebody else."""
    model = make_serving_model("ease")
    other = User.objects.create_user("bob")
    for user in (ada, other):
        make_interaction(f"user:{user.pk}", products[0], "purchase", price="3.50")
        store_list(model, f"user:{user.pk}", products[:2])


def test_visitor_takes_everything_away(session, ada, kept, products):
    answer = session.get("/recsys/me/").json()
    assert answer["visitor_key"] == f"user:{ada.pk}"
    [interaction] = answer["interactions"]
    assert interaction["kind"] == "purchase"
    assert interaction["item_id"] == str(products[0].pk)
    assert interaction["price"] == "3.5000"
    [stored] = answer["stored_recommendations"]
    assert (stored["recommender"], len(stored["item_ids"])) == ("ease", 2)


def test_visitor_erases_only_what_is_theirs(session, ada, kept):
    answer = session.delete("/recsys/me/").json()
    assert answer == {"erased": {"interactions": 1, "stored_recommendations": 1}}
    for rows in (Interaction.objects, StoredRecommendations.objects):
        assert [row.visitor_key for row in rows.all()] != []
        assert not rows.filter(visitor_key=f"user:{ada.pk}").exists()


def test_erasing_needs_the_csrf_token(ada, kept):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    assert strict.delete("/recsys/me/").status_code == 403
    assert Interaction.objects.filter(visitor_key=f"user:{ada.pk}").exists()


def test_guest_without_a_key_has_nothing(browser, kept):
    assert browser.get("/recsys/me/").status_code == 404
    assert browser.delete("/recsys/me/").status_code == 404
    assert Interaction.objects.count() == 2


def test_much_is_streamed_and_is_the_same(session, ada, kept, products, monkeypatch):
    whole = session.get("/recsys/me/").json()
    monkeypatch.setattr(export, "ROWS_PER_PAGE", 1)
    make_interaction(f"user:{ada.pk}", products[1], "view", event_id="web:x")

    response = session.get("/recsys/me/")

    assert response.streaming
    streamed = json.loads(response.getvalue())
    assert streamed["interactions"][:1] == whole["interactions"]
    assert streamed["interactions"][1]["event_id"] == "web:x"
    del streamed["interactions"], whole["interactions"]
    assert streamed == whole
    assert response["Cache-Control"] == "private, no-store"


def test_nothing_streamed_is_valid_json(ada):
    assert json.loads("".join(stream_export(f"user:{ada.pk}"))) == {
        "visitor_key": f"user:{ada.pk}",
        "interactions": [],
        "stored_recommendations": [],
    }
