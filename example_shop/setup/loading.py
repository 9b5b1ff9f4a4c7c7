"""Fill the empty shop with the source's purchases: households, products, orders.

Every row goes in by ``executemany`` inside one transaction, with the indexes of the
large table built at the end; 1.4 million lines take some twenty seconds that way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from example_shop.accounts.models import Household
from example_shop.catalogue.models import Category, Department, Product
from example_shop.orders.models import Order, OrderLine

from .merchandise import Merchandise
from .naming import brand_name, product_name, size_label
from .shelving import DEPARTMENTS, shelf_of
from .source import SourceTables

DEMO_PASSWORD = "household"  # noqa: S105 - printed on the login page
DELISTED_AFTER = np.timedelta64(12 * 7, "D")
SOLD_OUT_AFTER = np.timedelta64(8 * 7, "D")


@dataclass(frozen=True)
class LoadReport:
    """How many rows the shop has after loading."""

    households: int
    products: int
    listed: int
    in_stock: int
    orders: int
    lines: int


class _Kept:
    """The kept lines, column by column, with the shop's keys beside the source's."""

    def __init__(self, source: SourceTables, kept: np.ndarray, shift: np.timedelta64):
        self.quantities = source.quantities[kept]
        self.amounts = source.amounts[kept]
        self.unit_prices = np.round(self.amounts / self.quantities, 2)
        self.times = source.times[kept] + shift
        self.product_ids = source.product_ids[kept]
        self.household_ids = source.household_ids[kept]
        self.households, self.user_index = np.unique(
            self.household_ids, return_inverse=True
        )
        # Orders are numbered in the order of time, as a shop does.
        self.baskets, first, basket_index = np.unique(
            source.basket_ids[kept], return_index=True, return_inverse=True
        )
        self.first_lines = np.sort(first)
        rank = np.empty(len(first), np.int64)
        rank[np.argsort(first)] = np.arange(len(first))
        self.order_index = rank[basket_index]
        self.order_numbers = source.basket_ids[kept][self.first_lines]


def days_to_yesterday(times: np.ndarray) -> np.timedelta64:
    """How many whole days bring the last of the times to yesterday."""
    yesterday = timezone.localdate() - timedelta(days=1)
    return np.datetime64(yesterday, "D") - times.max().astype("datetime64[D]")


def load_shop(source: SourceTables, merchandise: Merchandise) -> LoadReport:
    """Write the shop's rows, with all dates moved so that the last order is yesterday.

    The shop's tables must be empty.
    """
    shift = days_to_yesterday(source.times[merchandise.kept])
    kept = _Kept(source, merchandise.kept, shift)
    _large_indexes("remove_index")
    with connection.constraint_checks_disabled(), transaction.atomic():
        _load_households(source, kept)
        _load_products(source, kept)
        _load_orders(kept)
    connection.check_constraints()
    _large_indexes("add_index")
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


def _large_indexes(change: str) -> None:
    with connection.schema_editor() as editor:
        for index in OrderLine._meta.indexes:
            getattr(editor, change)(OrderLine, index)


def _insert(model, columns: str, rows: Iterator[tuple]) -> None:
    names = columns.split()
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    places = ", ".join(["%s"] * len(names))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({quoted}) VALUES ({places})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def _load_households(source: SourceTables, kept: _Kept) -> None:
    password = make_password(DEMO_PASSWORD)  # one hash for all: it takes its time
    now = str(timezone.now())[:19]
    last_pk = User.objects.aggregate(last=Max("pk"))["last"] or 0
    kept.user_ids = last_pk + 1 + np.arange(len(kept.households))
    orders = np.bincount(
        kept.user_index[kept.first_lines], minlength=len(kept.households)
    )
    spent = np.bincount(kept.user_index, kept.amounts, len(kept.households)).round(2)
    _insert(
        User,
        "id username first_name last_name email password is_staff is_superuser "
        "is_active date_joined",
        (
            (pk, f"household{number}", "Household", str(number), "", password)
            + (False, False, True, now)
            for pk, number in zip(
                kept.user_ids.tolist(), kept.households.tolist(), strict=True
            )
        ),
    )
    _insert(
        Household,
        "user_id number about orders spent",
        (
            (pk, number, source.households.get(number, ""), count, paid)
            for pk, number, count, paid in zip(
                kept.user_ids.tolist(),
                kept.households.tolist(),
                orders.tolist(),
                spent.tolist(),
                strict=True,
            )
        ),
    )


def median_prices(groups: np.ndarray, prices: np.ndarray, count: int) -> np.ndarray:
    """Return the median of the positive prices of each group, 0 where there is none."""
    groups, prices = groups[prices > 0], prices[prices > 0]
    order = np.lexsort((prices, groups))
    sizes = np.bincount(groups, minlength=count)
    starts = np.cumsum(sizes) - sizes
    medians = np.zeros(count)
    some = sizes > 0
    medians[some] = prices[order][(starts + (sizes - 1) // 2)[some]]
    return medians


def _load_products(source: SourceTables, kept: _Kept) -> None:
    product_ids, index = np.unique(kept.product_ids, return_inverse=True)
    last_sale = np.full(len(product_ids), kept.times.min())
    np.maximum.at(last_sale, index, kept.times)
    end = kept.times.max()
    recent = kept.times > end - SOLD_OUT_AFTER
    sold = np.bincount(
        index[recent], kept.quantities[recent], minlength=len(product_ids)
    ).astype(np.int64)
    prices = median_prices(index, kept.unit_prices, len(product_ids))
    active = (last_sale > end - DELISTED_AFTER) & (prices > 0)
    rows = {row.product_id: row for row in source.products}
    shelves = {
        product_id: shelf_of(rows[product_id].department, rows[product_id].category)
        for product_id in product_ids.tolist()
    }
    category_ids = _load_categories(set(shelves.values()))
    _insert(
        Product,
        "id category_id name brand size price is_active stock sold_recently",
        (
            (
                product_id,
                category_ids[shelves[product_id].category],
                product_name(rows[product_id].type, shelves[product_id].category),
                brand_name(
                    rows[product_id].manufacturer_id,
                    is_private=rows[product_id].is_private,
                ),
                size_label(
                    rows[product_id].size,
                    is_produce=shelves[product_id].department == "produce",
                ),
                price,
                is_active,
                units,
                units,
            )
            for product_id, price, is_active, units in zip(
                product_ids.tolist(),
                prices.tolist(),
                active.tolist(),
                sold.tolist(),
                strict=True,
            )
        ),
    )


def _load_categories(shelves: set) -> dict[str, int]:
    """Write departments and categories; return the keys of categories by name."""
    used = {shelf.department for shelf in shelves}
    departments = {
        slug: Department.objects.create(
            name=name, slug=slug, icon=icon, position=position
        )
        for position, (slug, (name, icon)) in enumerate(DEPARTMENTS.items())
        if slug in used
    }
    categories = {}
    for shelf in sorted(shelves, key=lambda shelf: (shelf.category, shelf.department)):
        if shelf.category not in categories:
            categories[shelf.category] = Category.objects.create(
                department=departments[shelf.department],
                name=shelf.category,
                slug=slugify(shelf.category),
                icon=shelf.icon,
            ).pk
    return categories


def _load_orders(kept: _Kept) -> None:
    totals = np.bincount(kept.order_index, kept.amounts).round(2)
    users = kept.user_ids[kept.user_index[kept.first_lines]]
    times = np.datetime_as_string(kept.times[kept.first_lines], unit="s")
    _insert(
        Order,
        "id number user_id created_at paid total",
        (
            (index + 1, str(number), user, time.replace("T", " "), True, total)
            for index, (number, user, time, total) in enumerate(
                zip(
                    kept.order_numbers.tolist(),
                    users.tolist(),
                    times.tolist(),
                    totals.tolist(),
                    strict=True,
                )
            )
        ),
    )
    _insert(
        OrderLine,
        "order_id product_id quantity unit_price",
        zip(
            (kept.order_index + 1).tolist(),
            kept.product_ids.tolist(),
            kept.quantities.tolist(),
            kept.unit_prices.tolist(),
            strict=True,
        ),
    )
