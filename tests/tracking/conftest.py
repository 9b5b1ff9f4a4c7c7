"""A shop with one product and one customer, and requests of real browsers."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.test import RequestFactory

from django_recsys.models import Interaction, RecommenderConfig, TrainedModel
from django_recsys.models.lists import RankedItems
from django_recsys.tracking.identity.guests import attach_guest
from tests.hosts.shop.models import Order, OrderLine, Product

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def ada(db) -> User:
    return User.objects.create_user("ada", email="ada@example.com")


@pytest.fixture
def product(db) -> Product:
    return Product.objects.create(name="Lamp")


@pytest.fixture
def browser() -> Callable[..., HttpRequest]:
    """Return a function that makes a request of a browser, as our middleware does."""

    def request(user: Any = None, *, cookies: Any = None, **meta: str) -> HttpRequest:
        made = RequestFactory(HTTP_USER_AGENT=FIREFOX).get("/", **meta)
        made.COOKIES = {"recsys_consent": "yes"} if cookies is None else cookies
        made.user = AnonymousUser() if user is None else user
        attach_guest(made)
        return made

    return request


@pytest.fixture
def order_line(db) -> Callable[..., OrderLine]:
    """Return a function that writes an order with one line, firing no signal."""

    def write(product: Product, user: Any = None, **given: Any) -> OrderLine:
        order_fields = {
            "number": f"A{Order.objects.count() + 1}",
            "created_at": NOW,
            "user": user,
        }
        line_fields = {"product": product}
        for name, value in given.items():
            own = name in {"number", "created_at", "paid", "email"}
            (order_fields if own else line_fields)[name] = value
        order, _created = Order.objects.get_or_create(
            number=order_fields.pop("number"), defaults=order_fields
        )
        OrderLine.objects.bulk_create([OrderLine(order=order, **line_fields)])
        return OrderLine.objects.latest("pk")

    return write


def stored(*names: str) -> list[Any]:
    """Return the values of these columns of all interactions, in order of writing."""
    flat = len(names) == 1
    return list(Interaction.objects.order_by("pk").values_list(*names, flat=flat))


def trained_model(now: datetime = NOW) -> TrainedModel:
    """Create a trained model, for the lists that hang on it."""
    config = RecommenderConfig.objects.create(key="ease", algorithm="ease")
    return TrainedModel.objects.create(
        recommender=config, version=1, algorithm="ease", data_until=now
    )


def packed(*item_ids: str) -> str:
    """Return a stored list of these items."""
    return RankedItems(item_ids, [1.0] * len(item_ids), [None] * len(item_ids)).packed()
