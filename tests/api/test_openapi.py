"""The schema that is shipped says what the API does."""

import json
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse, set_script_prefix
from drf_spectacular.utils import extend_schema
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator
from rest_framework import serializers

from django_recsys.api import event_serializers, urls
from django_recsys.api.openapi import FILE, read_document
from tests.api import openapi_document
from tests.api.openapi import COMMAND
from tests.api.openapi_document import as_text, make_document
from tests.factories import (
    make_interaction,
    make_serving_model,
    store_list,
    store_neighbors,
)

pytestmark = pytest.mark.django_db


def test_shipped_file_is_what_the_code_says():
    shipped = FILE.read_text(encoding="utf-8")
    if shipped != as_text(make_document()):
        pytest.fail(
            f"{FILE.name} is stale: rewrite it with `{COMMAND}`.", pytrace=False
        )


def test_shipped_file_is_openapi_3():
    assert read_document()["openapi"].startswith("3.")
    validate_schema(read_document())


def test_every_address_and_method_is_described():
    described = {
        (path, method)
        for path, methods in read_document()["paths"].items()
        for method in methods
    }
    real = {
        ("/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern)), method.lower())
        for pattern in urls.urlpatterns
        for method in pattern.callback.cls().allowed_methods
        if method != "OPTIONS"
    }
    assert described == real


def test_every_operation_has_a_sentence_and_a_tag_that_is_explained():
    document = read_document()
    tags = {tag["name"] for tag in document["tags"] if tag["description"]}
    operations = [
        operation
        for methods in document["paths"].values()
        for operation in methods.values()
    ]
    for operation in operations:
        assert operation["description"].endswith(".")
        assert set(operation["tags"]) <= tags
        assert "429" in operation["responses"]
        assert {} in operation["security"]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)


def test_what_drf_spectacular_cannot_read_is_an_error(monkeypatch):
    class Unreadable(serializers.Field):
        pass

    class Broken(serializers.Serializer):
        field = Unreadable()

    broken = {"get": extend_schema(responses=Broken)}
    monkeypatch.setitem(openapi_document.DESCRIPTIONS, "trending", broken)
    with pytest.raises(ValueError, match="Unreadable"):
        make_document()


@pytest.mark.parametrize(
    ("extra", "server"),
    [
        ({}, "http://testserver/recsys"),
        ({"headers": {"host": "shop.example:8000"}}, "http://shop.example:8000/recsys"),
        ({"secure": True}, "https://testserver/recsys"),
    ],
)
def test_server_is_the_one_that_was_asked(browser, extra, server):
    answer = browser.get("/recsys/openapi.json", **extra)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {**read_document(), "servers": [{"url": server}]}
    validate_schema(answer.json())


def test_server_has_the_prefix_of_the_shop(browser):
    try:
        answer = browser.get("/recsys/openapi.json", SCRIPT_NAME="/shop")
    finally:
        set_script_prefix("/")
    assert answer.json()["servers"] == [{"url": "http://testserver/shop/recsys"}]


def test_file_is_read_once_for_each_process(browser):
    read_document.cache_clear()
    for _ in range(2):
        assert browser.get(reverse("django_recsys:openapi")).status_code == 200
    assert read_document.cache_info().misses == 1
    assert "servers" not in read_document()


def strict(schema):
    """Turn a schema of OpenAPI 3.0 to JSON Schema that takes no undeclared name."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    turned = {key: strict(value) for key, value in schema.items()}
    if turned.pop("nullable", False) is True:
        turned["type"] = [turned["type"], "null"]
    if turned.pop("exclusiveMinimum", False) is True:
        turned["exclusiveMinimum"] = turned.pop("minimum")
    if turned.get("type") == "object" and "properties" in turned:
        turned["additionalProperties"] = False
    return turned


def errors_of(value, schema):
    """Return what is wrong with a value by a schema of the shipped document."""
    components = {"components": strict(read_document()["components"])}
    validator = Draft202012Validator({**strict(schema), **components})
    return [error.message for error in validator.iter_errors(value)]


def fits(response, path, method="get"):
    """Say that an answer is the one that the document promises for its status."""
    operation = read_document()["paths"][path][method]
    promised = operation["responses"][str(response.status_code)]
    schema = promised["content"]["application/json"]["schema"]
    assert errors_of(response.json(), schema) == []
    return True


LISTS = [
    ("/recommendations/", "recommendations/"),
    ("/trending/", "trending/"),
    ("/placements/{key}/", "placements/similar/?item={item}"),
    ("/items/{item_id}/similar/", "items/{item}/similar/"),
    ("/items/{item_id}/bought-together/", "items/{item}/bought-together/"),
]


@pytest.mark.parametrize(("path", "address"), LISTS)
def test_lists_are_as_described(session, ada, products, path, address):
    store_list(make_serving_model("ease"), f"user:{ada.pk}", products[:5])
    for key in ("item_knn", "bought_together"):
        store_neighbors(make_serving_model(key), products[0], products[1:4])
    address = f"/recsys/{address.format(item=products[0].pk)}"
    answer = session.get(address)
    assert answer.status_code == 200
    assert answer.json()["items"]
    assert fits(answer, path)
    mark = "&" if "?" in address else "?"
    refusal = session.get(f"{address}{mark}n=0")
    assert refusal.status_code == 400
    assert fits(refusal, path)


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/placements/{key}/", "placements/no-such/"),
        ("/items/{item_id}/similar/", "items/abc/similar/"),
        ("/items/{item_id}/bought-together/", "items/abc/bought-together/"),
        ("/me/", "me/"),
    ],
)
def test_what_is_not_found_is_as_described(browser, path, address):
    answer = browser.get(f"/recsys/{address}")
    assert answer.status_code == 404
    assert fits(answer, path)


def test_what_is_kept_is_as_described(session, ada, products):
    make_interaction(f"user:{ada.pk}", products[0], "purchase", price="3.50")
    make_interaction(f"user:{ada.pk}", products[0], "rating", value=4.0)
    store_list(make_serving_model("ease"), f"user:{ada.pk}", products[:5])
    answer = session.get("/recsys/me/")
    assert len(answer.json()["interactions"]) == 2
    assert answer.json()["stored_recommendations"]
    assert fits(answer, "/me/")
    erasure = session.delete("/recsys/me/")
    assert erasure.status_code == 200
    assert fits(erasure, "/me/", "delete")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("[]", "application/json", 202),
        ('{"kind": "view", "item_id": 1}', "application/json", 202),
        ("[7]", "application/json", 202),
        ("{", "application/json", 400),
        ("7", "application/json", 400),
        (" " * 70_000, "application/json", 413),
        ("kind=view", "application/x-www-form-urlencoded", 415),
    ],
)
def test_answers_to_events_are_as_described(session, body, kind, status):
    answer = session.post("/recsys/events/", body, content_type=kind)
    assert answer.status_code == status
    assert fits(answer, "/events/", "post")


def test_refused_token_is_as_described():
    strict_client = Client(enforce_csrf_checks=True)
    strict_client.force_login(User.objects.create_user("bob"))
    for path, method in (("/events/", "post"), ("/me/", "delete")):
        answer = getattr(strict_client, method)(f"/recsys{path}")
        assert answer.status_code == 403
        assert fits(answer, path, method)


EVENTS = [
    {"kind": "view", "item_id": "1"},
    {"kind": "cart_add", "item_id": 1, "quantity": 0.5, "event_id": "a"},
    {"kind": "removal", "item_id": "x" * 191, "quantity": 10_000},
    {"kind": "like", "item_id": "1", "event_id": None},
    {"kind": "click"},
    {},
    {"kind": "purchase", "item_id": "1"},
    {"kind": "view"},
    {"kind": "view", "item_id": ""},
    {"kind": "view", "item_id": True},
    {"kind": "view", "item_id": "x" * 192},
    {"kind": "view", "item_id": "1", "quantity": 0},
    {"kind": "view", "item_id": "1", "quantity": 10_001},
    {"kind": "view", "item_id": "1", "quantity": "2"},
    {"kind": "view", "item_id": "1", "quantity": None},
    {"kind": "view", "item_id": "1", "event_id": ""},
    {"kind": "view", "item_id": "1", "event_id": "x" * 65},
]


@pytest.mark.parametrize("event", EVENTS, ids=json.dumps)
def test_document_and_view_take_the_same_events(event):
    """Once alone and once in a batch, as the body of a request may be."""
    operation = read_document()["paths"]["/events/"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    try:
        event_serializers.read_event(event)
    except ValueError:
        is_taken = False
    else:
        is_taken = True
    assert (errors_of(event, schema) == []) == is_taken
    assert (errors_of([event], schema) == []) == is_taken


def test_a_batch_may_be_as_long_as_the_document_says():
    operation = read_document()["paths"]["/events/"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert errors_of([EVENTS[0]] * 100, schema) == []
    assert errors_of([EVENTS[0]] * 101, schema) != []
