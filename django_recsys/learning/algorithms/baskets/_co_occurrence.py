"""Which items share baskets more often than chance."""

from dataclasses import dataclass

import numpy as np

from django_recsys.learning.numerics.batching import slices_of_runs
from django_recsys.learning.numerics.sparse import offsets

PAIRS_PER_BLOCK = 1 << 22
USUAL_SHARE = 0.95
FEWEST_BASKETS = 20.0
"""The baskets of one customer count together as those of a customer whom a twentieth of
the others exceeds, or as so many: no account decides alone what goes together."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Baskets:
    """Rows of (basket, item), each once, ordered by basket."""

    starts: np.ndarray
    """(n_baskets + 1,) int64."""
    items: np.ndarray
    """(n_rows,) int32."""
    customers: np.ndarray
    """(n_baskets,) int64 user index."""
    weights: np.ndarray
    """(n_customers,) float64: what a basket of each counts, at most 1."""
    n_items: int
    n_customers: int

    def item_counts(self, size: int) -> np.ndarray:
        """Return (size,) float64: the baskets that hold each item."""
        weights = np.repeat(self.weights[self.customers], np.diff(self.starts))
        counts: np.ndarray = np.bincount(self.items, weights, minlength=size)
        return counts

    def total(self) -> float:
        """Return how many baskets there are."""
        return float(self.weights[self.customers].sum())


@dataclass(frozen=True, eq=False, kw_only=True)
class Pairs:
    """Ordered pairs of items that share baskets; all arrays of one length."""

    first: np.ndarray
    second: np.ndarray
    baskets: np.ndarray
    """How many baskets hold both; float64."""
    customers: np.ndarray
    """How many different customers have such a basket."""


def gather_baskets(
    codes: np.ndarray, items: np.ndarray, users: np.ndarray, largest: int
) -> Baskets:
    """Return the baskets of at least two and at most ``largest`` items.

    codes, items, users: (n_rows,), rows in any order. An unbounded basket has no
    information (a wholesaler's order holds everything) and costs its square.
    """
    n_items, n_customers = int(items.max()) + 1, int(users.max()) + 1
    customers = np.zeros(int(codes.max()) + 1, dtype=np.int64)
    customers[codes] = users
    cells = codes.astype(np.int64) * n_items + items
    if np.any(codes[1:] < codes[:-1]):
        cells.sort()
    else:
        for part in slices_of_runs(codes):
            cells[part].sort()
    cells = cells[np.diff(cells, prepend=-1) != 0]
    owners, items = np.divmod(cells, n_items)
    sizes = np.bincount(owners)
    kept = ((sizes > 1) & (sizes <= largest))[owners]
    owners, items = owners[kept], items[kept].astype(np.int32)
    sizes = np.bincount(owners)
    kept_baskets = np.flatnonzero(sizes)
    starts = offsets(sizes[kept_baskets])
    customers = customers[kept_baskets]
    return Baskets(
        starts=starts,
        items=items,
        customers=customers,
        weights=_basket_weights(np.bincount(customers, minlength=n_customers)),
        n_items=n_items,
        n_customers=n_customers,
    )


def _basket_weights(counts: np.ndarray) -> np.ndarray:
    """Return (n_customers,) what a basket counts; counts: baskets of each customer."""
    with_baskets = counts[counts > 0]
    most = FEWEST_BASKETS
    if len(with_baskets):
        usual = np.quantile(with_baskets, USUAL_SHARE, method="lower")
        most = max(most, float(usual))
    weights: np.ndarray = np.minimum(1.0, most / np.maximum(counts, 1))
    return weights


def count_pairs(baskets: Baskets, fewest_customers: int) -> Pairs:
    """Return pairs of ``fewest_customers`` or more, in order of (first, second)."""
    sizes = np.diff(baskets.starts)
    owners = np.repeat(np.arange(len(sizes)), sizes)
    # Rows by item, so that a block holds all pairs of its items.
    order = np.argsort(baskets.items, kind="stable")
    partners = sizes[owners[order]]
    block_of = np.cumsum(partners) // PAIRS_PER_BLOCK
    # All rows of an item go to the block of its first one.
    items = baskets.items[order]
    block_of = block_of[np.searchsorted(items, items)]
    edges = np.flatnonzero(np.diff(block_of, prepend=-1, append=-1))
    parts = [
        _count_block(baskets, order[first:end], owners, fewest_customers)
        for first, end in zip(edges[:-1], edges[1:], strict=True)
    ]
    kinds = {"first": int, "second": int, "baskets": float, "customers": int}
    return Pairs(
        **{
            name: np.concatenate([np.empty(0, kind), *(part[name] for part in parts)])
            for name, kind in kinds.items()
        }
    )


def _count_block(
    baskets: Baskets, rows: np.ndarray, owners: np.ndarray, fewest_customers: int
) -> dict[str, np.ndarray]:
    own = owners[rows]
    lengths = np.diff(baskets.starts)[own]
    ends = np.cumsum(lengths)
    offset = np.repeat(baskets.starts[own] - (ends - lengths), lengths)
    second = baskets.items[offset + np.arange(ends[-1])].astype(np.int64)
    pair = np.repeat(baskets.items[rows].astype(np.int64), lengths)
    pair = pair * baskets.n_items + second
    codes = pair * baskets.n_customers + np.repeat(baskets.customers[own], lengths)
    codes.sort()
    new_customer = np.diff(codes, prepend=-1) != 0
    pair, customers_of = np.divmod(codes, baskets.n_customers)
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    pair = pair[starts]
    customers = np.add.reduceat(new_customer.astype(np.int64), starts)
    together = np.add.reduceat(baskets.weights[customers_of], starts)
    first, second = np.divmod(pair, baskets.n_items)
    kept = (customers >= fewest_customers) & (first != second)
    return {
        "first": first[kept],
        "second": second[kept],
        "baskets": together[kept],
        "customers": customers[kept],
    }


def log_likelihood_ratio(
    together: np.ndarray, first: np.ndarray, second: np.ndarray, total: float
) -> np.ndarray:
    """Return (n_pairs,) Dunning's G2 of the two-by-two table of baskets.

    together, first, second: baskets with both, with the one, with the other item.
    """
    observed = np.stack(
        (
            together,
            first - together,
            second - together,
            total - first - second + together,
        )
    )
    rows = np.stack((first, first, total - first, total - first))
    columns = np.stack((second, total - second, second, total - second))
    expected = rows * columns / total
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(observed > 0, observed * np.log(observed / expected), 0)
    result: np.ndarray = 2 * terms.sum(axis=0)
    return result
