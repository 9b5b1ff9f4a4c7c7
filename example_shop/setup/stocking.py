"""Putting the products on the shelves: name, price, stock, and what is not sold now."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from django.utils.text import slugify

from example_shop.catalogue.models import Category, Department, Product

from .columns import SoldLines, median_prices
from .inserting import insert
from .naming import brand_name, product_name, size_label
from .shelving import DEPARTMENTS, Shelf, shelf_of
from .source import ProductRow, SourceTables

# A grocer takes out of the range what nobody bought for a quarter, and an empty
# place on the shelf is the likeliest reason why nobody bought it for two months.
DELISTED_AFTER = np.timedelta64(12 * 7, "D")
SOLD_OUT_AFTER = np.timedelta64(8 * 7, "D")


def load_products(source: SourceTables, sold: SoldLines) -> None:
    """Write the products that were ever sold, with their categories and departments.

    The stock is what was sold lately, so that nothing sells out at once.
    """
    described = {row.product_id: row for row in source.products}
    rows = [described[product_id] for product_id in sold.products.tolist()]
    shelves = [shelf_of(row.department, row.category) for row in rows]
    categories = load_categories(set(shelves))
    end = sold.times.max()
    everything = sold.times.min() - np.timedelta64(1, "s")
    prices = median_prices(sold.product_index, sold.unit_prices, len(rows))
    is_listed = (sold.per_product(sold.quantities, since=end - DELISTED_AFTER) > 0) & (
        prices > 0
    )
    stock = sold.per_product(sold.quantities, since=end - SOLD_OUT_AFTER)
    units = sold.per_product(sold.quantities, since=everything)
    insert(
        Product,
        "id category_id name brand size price is_active stock sold_recently",
        (
            (
                row.product_id,
                categories[shelf.category],
                *text,
                price,
                listed,
                left,
                left,
            )
            for row, shelf, text, price, listed, left in zip(
                rows,
                shelves,
                printed_names(rows, shelves, units),
                prices.tolist(),
                is_listed.tolist(),
                stock.tolist(),
                strict=True,
            )
        ),
    )


def printed_names(
    rows: list[ProductRow], shelves: list[Shelf], units: np.ndarray
) -> list[tuple[str, str, str]]:
    """Return name, brand and size of each product, no two alike.

    The source does not say what flavour it is: products that print alike are numbered,
    the best-selling one keeping the plain name.
    """
    texts = [
        (
            product_name(row.type, shelf.category),
            brand_name(row.manufacturer_id, is_private=row.is_private),
            size_label(row.size, is_produce=shelf.department == "produce"),
        )
        for row, shelf in zip(rows, shelves, strict=True)
    ]
    used: Counter[tuple[str, str, str]] = Counter()
    for position in np.argsort(-units, kind="stable").tolist():
        text = texts[position]
        used[text] += 1
        if used[text] > 1:
            name, brand, size = text
            texts[position] = (f"{name} no. {used[text]}", brand, size)
    return texts


def load_categories(shelves: Iterable[Shelf]) -> dict[str, int]:
    """Write departments and categories; return the keys of the categories by name."""
    by_category = {
        shelf.category: shelf
        for shelf in sorted(shelves, key=lambda shelf: shelf.department, reverse=True)
    }
    used = {shelf.department for shelf in by_category.values()}
    departments = {
        slug: Department.objects.create(
            name=name, slug=slug, icon=icon, position=position
        )
        for position, (slug, (name, icon)) in enumerate(DEPARTMENTS.items())
        if slug in used
    }
    return {
        name: Category.objects.create(
            department=departments[shelf.department],
            name=name,
            slug=slugify(name),
            icon=shelf.icon,
        ).pk
        for name, shelf in sorted(by_category.items())
    }
