"""A small made-up grocery year with planted tastes: no line of it is real."""

from datetime import datetime

import numpy as np

from example_shop.setup.source import ProductRow, SourceTables

TASTES = (
    ("PRODUCE", "APPLES", "APPLES GALA (BULK&BAG)"),
    ("GROCERY", "FROZEN PIZZA", "PIZZA/PREMIUM"),
    ("DRUG GM", "VITAMINS", "VITAMIN - MINERALS"),
    ("GROCERY", "CAT FOOD", "DRY CAT FOOD (CAT CHOW/FRISKIE"),
)
PRODUCTS_PER_TASTE = 20
FIRST_PRODUCT = 1000


def taste_of(product_id: int) -> int:
    return (product_id - FIRST_PRODUCT) // PRODUCTS_PER_TASTE


def make_products() -> list[ProductRow]:
    """Return twenty products of each taste, every fourth of the house's own brand."""
    return [
        ProductRow(
            product_id=FIRST_PRODUCT + taste * PRODUCTS_PER_TASTE + position,
            manufacturer_id=100 * taste + position,
            department=department,
            category=category,
            type=type_,
            size=f"{position + 1} OZ",
            is_private=position % 4 == 0,
        )
        for taste, (department, category, type_) in enumerate(TASTES)
        for position in range(PRODUCTS_PER_TASTE)
    ]


def make_source(
    *, households: int = 60, orders: int = 14, seed: int = 5
) -> SourceTables:
    """Return households that each shop along one taste, with a stray product at times.

    A household knows three quarters of its taste's products, so that the rest can be
    recommended to it, and buys a few of them again and again.
    """
    random = np.random.default_rng(seed)
    rows = []
    for household in range(1, households + 1):
        taste = household % len(TASTES)
        own = FIRST_PRODUCT + taste * PRODUCTS_PER_TASTE
        known = own + random.permutation(PRODUCTS_PER_TASTE)[:15]
        days = np.sort(random.choice(180, orders, replace=False))
        for order, day in enumerate(days):
            usual = known[:4][random.random(4) < 0.6]
            others = random.choice(known[4:], 3, replace=False)
            stray = FIRST_PRODUCT + random.integers(0, 80, int(random.random() < 0.2))
            basket = household * 1000 + order
            for product in np.unique(np.concatenate([usual, others, stray])):
                rows.append((household, basket, product, day * 86400 + household * 60))
    columns = np.array(rows, np.int64).T
    count = columns.shape[1]
    start = np.datetime64(datetime(2017, 1, 1, 8), "s")
    quantities = random.integers(1, 4, count)
    prices = 1 + (columns[2] - FIRST_PRODUCT) % 7 * 0.5
    return SourceTables(
        products=make_products(),
        households={1: "2 adults with children, 35-44"},
        household_ids=columns[0],
        basket_ids=columns[1],
        product_ids=columns[2],
        quantities=quantities,
        amounts=np.round(quantities * prices, 2),
        times=start + columns[3].astype("timedelta64[s]"),
    )


def with_lines(source: SourceTables, *lines: tuple) -> SourceTables:
    """Add (household, basket, product, quantity, amount, time) lines to a source."""
    names = (
        "household_ids",
        "basket_ids",
        "product_ids",
        "quantities",
        "amounts",
        "times",
    )
    columns = {
        name: np.append(
            getattr(source, name), np.array(values, getattr(source, name).dtype)
        )
        for name, values in zip(names, zip(*lines, strict=True), strict=True)
    }
    return SourceTables(
        products=source.products, households=source.households, **columns
    )
