from decimal import Decimal

import pytest
from django.utils import translation

from django_recsys.models.lists import Reason
from django_recsys.serving.answers import Answer, Recommendation
from django_recsys.serving.serializers import as_object
from tests.hosts.shop.models import Category, Product


def recommended(source="ease", basis=None, item=None):
    return Recommendation(
        item_id="1",
        rank=1,
        score=1 / 3,
        source=source,
        basis=basis,
        request_id="r",
        item=item,
    )


@pytest.mark.parametrize(
    ("source", "basis", "reason"),
    [
        ("ease", None, None),
        ("popular", None, "Popular with our customers"),
        ("trending", None, "Trending now"),
        ("newest", None, "New in our shop"),
        ("recent_interest", None, "Popular with our customers"),
        ("ease", Reason("1", "", "purchase"), "You bought this before"),
        ("ease", Reason("2", "Tea", "purchase"), "Because you bought Tea"),
        ("ease", Reason("2", "Tea", "view"), "Because you viewed Tea"),
        ("ease", Reason("2", "", "view"), None),
        ("ease", Reason("2", "Tea", "no-such-kind"), None),
        ("item_knn", Reason("2", "Tea", "similar"), "Similar to Tea"),
    ],
)
def test_reason_is_one_sentence(source, basis, reason):
    assert recommended(source, basis).reason == reason


def test_title_with_a_percent_sign_is_no_format():
    assert recommended(basis=Reason("2", "50% off", "view")).reason == (
        "Because you viewed 50% off"
    )


def test_object_holds_texts_and_numbers():
    product = Product(
        pk=1, name="Tea", price=Decimal("3.50"), category=Category(name="Drinks")
    )
    item = recommended(basis=Reason("2", "Cup", "purchase"), item=product)
    with translation.override("en"):
        printed = as_object(Answer("recommended", "r", (item,)))
    assert printed["items"] == [
        {
            "item_id": "1",
            "rank": 1,
            "score": 0.333333,
            "source": "ease",
            "reason": "Because you bought Cup",
            "reason_item_id": "2",
            "item": {
                "title": "Tea",
                "url": "/products/1/",
                "price": "3.50",
                "price_text": "3.50",
                "image": "",
                "brand": "",
                "category": "Drinks",
            },
        }
    ]
