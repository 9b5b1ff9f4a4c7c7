"""The kept purchase lines as columns, with the shop's own keys worked out."""

from datetime import timedelta

import numpy as np
from django.utils import timezone

from .source import SourceTables


class SoldLines:
    """Arrays of the kept lines, oldest first, and what is counted over them.

    One value per line, where nothing else is said; an ``_index`` points into the array
    of distinct values.
    """

    def __init__(self, source: SourceTables, kept: np.ndarray):
        self.times = source.times[kept] + days_to_yesterday(source.times[kept])
        self.quantities = source.quantities[kept]
        self.amounts = source.amounts[kept]
        self.unit_prices = np.round(self.amounts / self.quantities, 2)
        self.households, self.household_index = np.unique(
            source.household_ids[kept], return_inverse=True
        )
        self.products, self.product_index = np.unique(
            source.product_ids[kept], return_inverse=True
        )
        # Orders are numbered by time, as a shop does: by their first line.
        baskets, first, basket_index = np.unique(
            source.basket_ids[kept], return_index=True, return_inverse=True
        )
        by_time = np.argsort(first)
        rank = np.empty(len(first), np.int64)
        rank[by_time] = np.arange(len(first))
        self.order_index = rank[basket_index]
        self.order_first_line = first[by_time]
        """(n_orders,) position of each order's first line."""
        self.order_numbers = baskets[by_time]

    def per_household(self, values: np.ndarray) -> np.ndarray:
        """Sum a value per line over each household."""
        return np.bincount(self.household_index, values, len(self.households))

    def per_product(self, values: np.ndarray, *, since: np.datetime64) -> np.ndarray:
        """Sum a value per line over each product, of the lines after a moment."""
        late = self.times > since
        sums = np.bincount(self.product_index[late], values[late], len(self.products))
        return sums.astype(np.int64)


def days_to_yesterday(times: np.ndarray) -> np.timedelta64:
    """Return how many whole days bring the last of the times to yesterday."""
    yesterday = timezone.localdate() - timedelta(days=1)
    return np.datetime64(yesterday, "D") - times.max().astype("datetime64[D]")


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
