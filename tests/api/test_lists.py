import json

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse

from tests.factories import (
    make_products,
    make_serving_model,
    store_for_everyone,
    store_list,
    store_neighbors,
)

pytestmark = pytest.mark.django_db


def ids_of(response):
    return [each["item_id"] for each in response.json()["items"]]


def ids(products):
    return [str(product.pk) for product in products]


def test_answer_has_the_promised_shape(session, ada, products):
    store_list(make_serving_model("ease"), f"user:{ada.pk}", products[:2])
    response = session.get("/recsys/recommendations/?n=1")
    answer = response.json()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert list(answer) == ["placement", "request_id", "items"]
    assert answer["placement"] == "recommended"
    assert len(answer["request_id"]) == 32
    assert answer["items"] == [
        {
            "item_id": str(products[0].pk),
            "rank": 1,
            "score": 1.0,
            "source": "ease",
            "reason": None,
            "reason_item_id": None,
            "item": {
                "title": "Product 1",
                "url": f"/products/{products[0].pk}/",
                "price": "1.00",
                "price_text": "1.00",
                "image": "",
                "brand": "",
                "category": "",
            },
        }
    ]


def test_no_answer_may_be_cached(session, products):
    response = session.get("/recsys/recommendations/")
    assert response["Cache-Control"] == "private, no-store"
    assert "Cookie" in response["Vary"]


def test_each_session_reads_its_own_list_only(session, ada, products):
    bob = User.objects.create_user("bob")
    model = make_serving_model("ease")
    store_list(model, f"user:{ada.pk}", products[:3])
    store_list(model, f"user:{bob.pk}", products[10:13])
    other = Client()
    other.force_login(bob)
    path = "/recsys/recommendations/?n=3"
    assert ids_of(session.get(path)) == ids(products[:3])
    assert ids_of(other.get(path)) == ids(products[10:13])
    assert ids_of(Client().get(path)) != ids(products[10:13])


def test_guest_gets_a_list_at_once(browser, products):
    store_for_everyone(make_serving_model("popular"), products)
    assert ids_of(browser.get("/recsys/recommendations/?n=2")) == ids(products[:2])
    assert ids_of(browser.get("/recsys/trending/?n=2")) == ids(products[:2])


def test_neighbours_of_an_item(browser, products):
    item = products[0]
    store_neighbors(make_serving_model("item_knn"), item, products[1:4])
    store_neighbors(make_serving_model("bought_together"), item, products[5:7])
    similar = browser.get(f"/recsys/items/{item.pk}/similar/?n=3")
    together = browser.get(f"/recsys/items/{item.pk}/bought-together/?n=2")
    assert ids_of(similar) == ids(products[1:4])
    assert similar.json()["placement"] == "similar"
    assert similar.json()["items"][0]["reason_item_id"] == str(item.pk)
    assert similar.json()["items"][0]["reason"] == "Similar to Product 1"
    assert ids_of(together) == ids(products[5:7])


def test_item_that_no_model_knows_gets_the_fallbacks(browser, products):
    store_for_everyone(make_serving_model("popular"), products)
    response = browser.get("/recsys/items/987654321/similar/?n=2")
    assert response.status_code == 200
    assert {each["source"] for each in response.json()["items"]} == {"popular"}


def test_placement_takes_several_items(browser, products):
    together = make_serving_model("bought_together")
    store_neighbors(together, products[0], products[4:6])
    store_neighbors(together, products[1], products[5:7])
    first, second = ids(products[:2])
    path = f"/recsys/placements/bought-together/?item={first}&item={second}&n=3"
    assert ids_of(browser.get(path))[0] == str(products[5].pk)


@pytest.mark.parametrize("path", ["placements/no-such/", "items/abc/similar/"])
def test_what_cannot_exist_is_not_found(browser, path):
    response = browser.get(f"/recsys/{path}")
    assert response.status_code == 404
    assert set(response.json()) == {"detail"}


@pytest.mark.parametrize("n", ["0", "101", "-1", "ten", "1.5", "", "٣", "9" * 5000])
def test_size_out_of_range_is_refused(browser, n):
    response = browser.get("/recsys/trending/", {"n": n})
    assert response.status_code == 400
    assert list(response.json()) == ["n"]


@pytest.mark.parametrize("query", ["item=abc", "&".join(["item=1"] * 101)])
def test_wrong_items_are_refused(browser, query):
    response = browser.get(f"/recsys/placements/similar/?{query}")
    assert response.status_code == 400
    assert list(response.json()) == ["item"]


def test_only_reading_is_allowed(session):
    for method in (session.post, session.put, session.delete, session.options):
        assert method("/recsys/trending/").status_code == 405


@override_settings(RECSYS={"ITEM_MODEL": "shop.Product", "ENABLED": False})
def test_off_switch_answers_with_an_empty_list(browser, products):
    store_for_everyone(make_serving_model("popular"), products)
    response = browser.get("/recsys/trending/")
    assert (response.status_code, ids_of(response)) == (200, [])


@override_settings(RECSYS={"ITEM_MODEL": ["shop.Product", "shop.Variant"]})
def test_ids_name_their_model_where_there_are_several(browser):
    product = make_products(1)[0]
    other = make_products(1)[0]
    wanted, shown = f"shop.product:{product.pk}", f"shop.product:{other.pk}"
    store_neighbors(make_serving_model("item_knn"), wanted, [shown])
    assert ids_of(browser.get(f"/recsys/items/{wanted}/similar/?n=1")) == [shown]
    assert browser.get(f"/recsys/items/{product.pk}/similar/").status_code == 404


def test_addresses_have_names():
    assert reverse("django_recsys:placement", args=["similar"]) == (
        "/recsys/placements/similar/"
    )
    assert reverse("django_recsys:similar", args=["7"]) == "/recsys/items/7/similar/"


def test_reader_is_throttled_alone(session, browser, settings, monkeypatch):
    from django_recsys.api.throttles import ReadThrottle

    monkeypatch.setattr(ReadThrottle, "most", 2)
    codes = [session.get("/recsys/trending/").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert Client().get("/recsys/trending/").status_code == 200


def test_answer_is_utf8_json(session, ada):
    product = make_products(1)[0]
    product.name = "Käse 芝士"
    product.save()
    store_list(make_serving_model("ease"), f"user:{ada.pk}", [product])
    body = session.get("/recsys/recommendations/?n=1").content
    assert "Käse 芝士".encode() in body
    assert json.loads(body)["items"][0]["item"]["title"] == "Käse 芝士"


@pytest.mark.parametrize(
    "path",
    [
        "recommendations/?user=2",
        "trending/?visitor_key=user:2",
        "items/1/similar/?N=3",
        "placements/recommended/?exclud=1",
        "me/?user=2",
        "openapi.json?format=yaml",
    ],
)
def test_unknown_parameter_is_refused_by_its_name(session, products, path):
    """A misspelt one was ignored in silence."""
    response = session.get(f"/recsys/{path}")
    assert response.status_code == 400
    name = path.partition("?")[2].partition("=")[0]
    assert "There is no such parameter; there are: " in response.json()[name][0]


@pytest.mark.parametrize("text", ["0" * 4300 + "1", "1" + "0" * 4300, "9" * 5000])
def test_number_of_thousands_of_digits_is_refused(browser, products, text):
    response = browser.get(f"/recsys/recommendations/?n={text}")
    assert response.status_code == 400
    assert response.json()["n"] == ["A whole number from 1 to 100."]
