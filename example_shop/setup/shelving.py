"""Where each source category stands in the shop, and what is not for sale at all.

The table itself is ``shelves.csv``: the source's department and category, then the
shop's department, category name and icon. A row without a source category speaks for
the rest of its department; ``-`` as department means no merchandise.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NOT_FOR_SALE = "-"

# slug: (name, icon), in the order of the shop's navigation.
DEPARTMENTS = {
    "produce": ("Fruit & vegetables", "apple"),
    "bakery": ("Bakery", "bread"),
    "dairy": ("Dairy & eggs", "milk"),
    "meat": ("Meat & poultry", "steak"),
    "fish": ("Fish & seafood", "fish"),
    "deli": ("Deli & ready meals", "sandwich"),
    "frozen": ("Frozen", "snowflake"),
    "pantry": ("Pantry", "can"),
    "breakfast": ("Breakfast & baking", "cereal"),
    "snacks": ("Snacks & sweets", "cookie"),
    "drinks": ("Drinks", "soda"),
    "wine": ("Beer, wine & spirits", "wine"),
    "natural": ("Natural foods", "leaf"),
    "household": ("Cleaning & paper", "spray"),
    "pets": ("Pets", "paw"),
    "baby": ("Baby", "babybottle"),
    "health": ("Health", "pills"),
    "beauty": ("Body & beauty", "pump"),
    "home": ("Home & kitchen", "pot"),
    "flowers": ("Flowers & garden", "flower"),
    "kiosk": ("Kiosk", "news"),
    "seasonal": ("Toys & seasons", "gift"),
    "more": ("More", "basket"),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A place in the shop."""

    department: str
    category: str
    icon: str

    @property
    def is_for_sale(self) -> bool:
        return self.department != NOT_FOR_SALE


ODDS_AND_ENDS = Shelf("more", "Odds and ends", "basket")


@cache
def _table() -> dict[tuple[str, str], Shelf]:
    with (Path(__file__).parent / "shelves.csv").open(newline="") as file:
        return {
            (row["source_department"], row["source_category"]): Shelf(
                row["department"], row["category"], row["icon"]
            )
            for row in csv.DictReader(file)
        }


def shelf_of(department: str, category: str) -> Shelf:
    """Return where a product of this source department and category stands."""
    table = _table()
    exact = table.get((department, category))
    return exact or table.get((department, ""), ODDS_AND_ENDS)
