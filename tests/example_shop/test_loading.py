from datetime import timedelta

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from example_shop.accounts.models import Household
from example_shop.catalogue.models import Category, Product
from example_shop.orders.models import Order, OrderLine
from example_shop.setup.columns import median_prices
from example_shop.setup.loading import DEMO_PASSWORD
from example_shop.setup.merchandise import choose_lines
from example_shop.setup.source import ProductRow
from tests.example_shop.made_up import FIRST_PRODUCT, make_source, with_lines

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_kept_line_becomes_an_order_line(load):
    source = make_source()
    report = load(source)
    assert report.lines == OrderLine.objects.count() == len(source.times)
    assert report.orders == Order.objects.count() == len(np.unique(source.basket_ids))
    assert report.households == User.objects.count() == 60
    assert OrderLine.objects.filter(order__paid=True).count() == report.lines


def test_lines_that_are_no_sale_are_counted_by_reason():
    source = make_source()
    source.products.append(ProductRow(9, 1, "FUEL", "", "GASOLINE", "", False))
    time = source.times[0]
    odd = with_lines(
        source,
        (1, 1, 424242, 1, 2.0, time),  # of a product that nobody describes
        (1, 1, 9, 10, 20.0, time),  # fuel
        (1, 1, FIRST_PRODUCT, 0, 0.0, time),
        (1, 1, FIRST_PRODUCT, -1, -2.0, time),
    )
    chosen = choose_lines(odd)
    assert list(chosen.left_out.values()) == [1, 1, 2]
    assert len(chosen.kept) == len(source.times)


def test_the_last_order_is_yesterdays_and_the_time_of_day_stays(load):
    source = make_source()
    load(source)
    last = Order.objects.order_by("created_at").last().created_at
    assert last.date() == timezone.localdate() - timedelta(days=1)
    assert last.time() == source.times.max().astype(object).time()


def test_lines_keep_their_buyer_product_and_quantity(load):
    source = make_source()
    load(source)
    basket = source.basket_ids[0]
    mine = source.basket_ids == basket
    order = Order.objects.get(number=str(basket))
    assert order.user.household.number == source.household_ids[0]
    lines = dict(order.lines.values_list("product_id", "quantity"))
    expected = zip(source.product_ids[mine], source.quantities[mine], strict=True)
    assert lines == dict(expected)
    assert float(order.total) == pytest.approx(source.amounts[mine].sum())


def test_a_price_is_the_median_of_what_was_paid():
    groups = np.array([0, 0, 0, 1, 1, 2])
    prices = np.array([1.0, 9.0, 2.0, 4.0, 0.0, 0.0])
    assert median_prices(groups, prices, 3).tolist() == [2.0, 4.0, 0.0]


def test_what_nobody_bought_lately_is_sold_out_then_delisted(load):
    source = make_source()
    end = source.times.max()
    for product_id in (1, 2):
        row = ProductRow(product_id, 1, "GROCERY", "SOUP", "BROTH", "", False)
        source.products.append(row)
    source = with_lines(
        source,
        (1, 7_000_001, 1, 1, 2.0, end - np.timedelta64(60, "D")),
        (1, 7_000_002, 2, 1, 2.0, end - np.timedelta64(90, "D")),
    )
    load(source)
    sold_out, delisted = Product.objects.get(pk=1), Product.objects.get(pk=2)
    assert sold_out.is_active
    assert not sold_out.is_available
    assert not delisted.is_active


def test_products_are_named_shelved_and_branded(load):
    load(make_source())
    apples = Product.objects.get(pk=FIRST_PRODUCT)
    assert apples.name == "Apples Gala"
    assert apples.brand == "Fernhill"
    assert str(apples.category) == "Apples"
    assert str(apples.category.department) == "Fruit & vegetables"
    assert Category.objects.count() == 4


def test_households_share_one_hashed_password(load):
    load(make_source())
    passwords = set(User.objects.values_list("password", flat=True))
    assert len(passwords) == 1
    assert User.objects.first().check_password(DEMO_PASSWORD)
    first = Household.objects.get(number=1)
    assert first.about == "2 adults with children, 35-44"
    assert first.orders == first.user.orders.count() == 14


def test_the_indexes_of_the_large_table_are_back_afterwards(load):
    load(make_source(households=4))
    with connection.cursor() as cursor:
        table = OrderLine._meta.db_table
        found = connection.introspection.get_constraints(cursor, table)
    assert {"orderline_order", "orderline_product"} <= set(found)


def test_products_that_print_alike_are_numbered(load):
    source = make_source()
    for product_id in (1, 2):
        row = ProductRow(product_id, 1, "GROCERY", "SOUP", "BROTH", "", False)
        source.products.append(row)
    time = source.times.max()
    source = with_lines(source, (1, 1, 1, 1, 2.0, time), (1, 1, 2, 5, 9.0, time))
    load(source)
    names = dict(Product.objects.filter(pk__in=(1, 2)).values_list("pk", "name"))
    assert names == {2: "Broth", 1: "Broth no. 2"}, "the better seller has no number"
