"""Which purchase lines the shop takes over, and why not the others."""

from dataclasses import dataclass

import numpy as np

from .shelving import shelf_of
from .source import SourceTables


@dataclass(frozen=True, eq=False)
class Merchandise:
    """The kept lines and the count of the others, by reason."""

    kept: np.ndarray
    """Positions of the kept lines in the source, oldest first."""
    left_out: dict[str, int]


def choose_lines(source: SourceTables) -> Merchandise:
    """Sort out what is no sale of merchandise; each line is counted once."""
    for_sale = {}
    for product in source.products:
        shelf = shelf_of(product.department, product.category)
        for_sale[product.product_id] = shelf.is_for_sale
    known = np.fromiter(for_sale, np.int64, len(for_sale))
    sold = np.fromiter(for_sale.values(), bool, len(for_sale))
    order = np.argsort(known)
    known, sold = known[order], sold[order]

    position = np.searchsorted(known, source.product_ids).clip(max=len(known) - 1)
    has_row = known[position] == source.product_ids
    is_merchandise = has_row & sold[position]
    is_sale = is_merchandise & (source.quantities > 0)
    kept = np.flatnonzero(is_sale)
    return Merchandise(
        kept=kept[np.argsort(source.times[kept], kind="stable")],
        left_out={
            "of a product that the source does not describe": int((~has_row).sum()),
            "of fuel, coupons, deposits, tickets, photo prints and other services": int(
                (has_row & ~is_merchandise).sum()
            ),
            "with a quantity of zero or less": int((is_merchandise & ~is_sale).sum()),
        },
    )
