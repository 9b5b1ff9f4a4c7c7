"""Fill the empty shop with the source's purchases: households, products, orders."""

from dataclasses import dataclass

import numpy as np
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from example_shop.accounts.models import Household
from example_shop.catalogue.models import Product
from example_shop.orders.models import Order, OrderLine

from .columns import SoldLines
from .inserting import insert, rows_of, without_indexes
from .merchandise import Merchandise
from .source import SourceTables
from .stocking import load_products

DEMO_PASSWORD = "household"  # noqa: S105 - printed on the terminal


@dataclass(frozen=True)
class LoadReport:
    """How many rows the shop has after loading."""

    households: int
    products: int
    listed: int
    in_stock: int
    orders: int
    lines: int


def load_shop(source: SourceTables, merchandise: Merchandise) -> LoadReport:
    """Write the shop's rows, with all dates moved so that the last order is yesterday.

    The shop's tables must be empty.
    """
    sold = SoldLines(source, merchandise.kept)
    with without_indexes(OrderLine):
        with connection.constraint_checks_disabled(), transaction.atomic():
            user_ids = load_households(source, sold)
            load_products(source, sold)
            load_orders(sold, user_ids)
        connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return LoadReport(
        households=Household.objects.count(),
        products=Product.objects.count(),
        listed=Product.objects.listed().count(),
        in_stock=Product.objects.in_stock().count(),
        orders=Order.objects.count(),
        lines=OrderLine.objects.count(),
    )


def load_households(source: SourceTables, sold: SoldLines) -> np.ndarray:
    """Write an account for each household; return their keys in the same order."""
    password = make_password(DEMO_PASSWORD)  # one hash for all: it takes its time
    now = str(timezone.now())[:19]
    last_pk = User.objects.aggregate(last=Max("pk"))["last"] or 0
    user_ids = last_pk + 1 + np.arange(len(sold.households))
    insert(
        User,
        "id username first_name last_name email password is_staff is_superuser "
        "is_active date_joined",
        (
            (pk, f"household{number}", "Household", str(number), "", password)
            + (False, False, True, now)
            for pk, number in rows_of(user_ids, sold.households)
        ),
    )
    is_first = np.zeros(len(sold.times))
    is_first[sold.order_first_line] = 1
    orders = sold.per_household(is_first).astype(np.int64)
    spent = sold.per_household(sold.amounts).round(2)
    insert(
        Household,
        "user_id number about orders spent",
        (
            (pk, number, source.households.get(number, ""), count, paid)
            for pk, number, count, paid in rows_of(
                user_ids, sold.households, orders, spent
            )
        ),
    )
    return user_ids


def load_orders(sold: SoldLines, user_ids: np.ndarray) -> None:
    """Write the orders, numbered by time, and their lines."""
    first = sold.order_first_line
    insert(
        Order,
        "id number user_id created_at paid total",
        (
            (pk, str(number), user, time.replace("T", " "), True, total)
            for pk, number, user, time, total in rows_of(
                1 + np.arange(len(first)),
                sold.order_numbers,
                user_ids[sold.household_index[first]],
                np.datetime_as_string(sold.times[first], unit="s"),
                np.bincount(sold.order_index, sold.amounts).round(2),
            )
        ),
    )
    insert(
        OrderLine,
        "order_id product_id quantity unit_price",
        rows_of(
            sold.order_index + 1,
            sold.products[sold.product_index],
            sold.quantities,
            sold.unit_prices,
        ),
    )
