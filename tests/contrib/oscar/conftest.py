"""An Oscar shop; its tests need its settings and are not collected elsewhere."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings

if settings.ROOT_URLCONF != "tests.contrib.oscar.urls":
    collect_ignore_glob = ["test_*.py"]

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64)"}
TITLES = ["Kettle", "Teapot", "Cup", "Saucer", "Strainer", "Caddy"]
OTHERS = ["Spade", "Rake", "Hoe", "Shears", "Trowel", "Barrow"]


class OscarShop:
    """Two tastes: tea things and garden tools, one of each a parent with children."""

    def __init__(self):
        from django.contrib.auth import get_user_model
        from oscar.test.factories import CategoryFactory

        self.categories = [CategoryFactory(name=name) for name in ("Tea", "Garden")]
        self.tea = [self.product(title, 0) for title in TITLES]
        self.garden = [self.product(title, 1) for title in OTHERS]
        create = get_user_model().objects.create_user
        self.users = [
            create(f"u{number}", f"u{number}@example.org", "secret")
            for number in range(20)
        ]

    def product(self, title, kind, *, stock=100, **fields):
        from oscar.test.factories import create_product

        if title in ("Cup", "Hoe"):
            product = create_product(title=title, structure="parent", **fields)
            for size in (1, 2):
                create_product(
                    title="",
                    parent=product,
                    product_class=product.product_class.name,
                    price=size,
                    num_in_stock=stock,
                    upc=f"{title}-{size}",
                )
                product.children.update(product_class=None)
        else:
            product = create_product(
                title=title,
                price=5,
                num_in_stock=stock,
                attributes={"brand": f"Maker {kind}", "colour": "blue"},
                **fields,
            )
        product.categories.add(self.categories[kind])
        return product

    def sellable(self, product):
        return product.children.first() if product.is_parent else product

    def order(self, user, *products, days_ago=0, **fields):
        """Place an order as Oscar's checkout does."""
        from django.utils import timezone
        from oscar.core.loading import get_class, get_model
        from oscar.test.factories import create_order

        basket = get_model("basket", "Basket").objects.create(owner=user)
        basket.strategy = get_class("partner.strategy", "Default")()
        for product in products:
            basket.add_product(self.sellable(product))
        order = create_order(basket=basket, user=user, **fields)
        if days_ago:
            placed = timezone.now() - timedelta(days=days_ago)
            type(order).objects.filter(pk=order.pk).update(date_placed=placed)
        return order

    def fill_orders(self):
        for number, user in enumerate(self.users):
            shelf = self.garden if number % 2 else self.tea
            for step in range(4):
                product = shelf[(number // 2 + step) % len(shelf)]
                self.order(user, product, days_ago=40 - 8 * step)


@pytest.fixture
def shop(db):
    """Open the shop, without orders."""
    return OscarShop()


@pytest.fixture
def trained(shop, monkeypatch):
    """Open the shop after its first day: orders read, models trained."""
    from django.core.management import call_command

    from django_recsys.training.jobs import runner as jobs

    # In this process: a child would not see the rows of the test's transaction.
    monkeypatch.setattr(jobs, "databases_live_in_memory", lambda: True)

    shop.fill_orders()
    call_command("recsys_backfill", verbosity=0, stdout=StringIO())
    names = ("popular", "item_knn", "bought_together")
    call_command("recsys_train", *names, force=True, stdout=StringIO())
    return shop


@pytest.fixture
def browse(client):
    """Return a function that logs a customer in and gives a browser."""

    def open_browser(user=None):
        client.defaults["HTTP_USER_AGENT"] = BROWSER["user-agent"]
        if user is not None:
            client.force_login(
                user, backend="oscar.apps.customer.auth_backends.EmailBackend"
            )
        return client

    return open_browser


def pytest_collection_modifyitems(items):
    """Let Oscar 4.2 call what treebeard 7 has renamed; our own calls stay errors."""
    renamed = r"ignore:Using \w+\.\w+\(\) is deprecated:DeprecationWarning"
    for item in items:
        if "tests/contrib/oscar" in item.path.as_posix():
            item.add_marker(pytest.mark.filterwarnings(renamed))
