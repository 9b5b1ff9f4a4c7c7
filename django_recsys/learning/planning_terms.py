"""What a fit's time and memory grow with, and how fast, per algorithm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._recency_choice import MOST_ITEMS, MOST_USERS
from .factors import embedding_size_for
from .interactions import Interactions
from .preparation import pair_codes
from .questions import basket_codes
from .recency import CHOSEN_BY_DATA

USUAL_SKEW = 4.0
"""Sum of squared history lengths, against what even histories would give."""
USUAL_BASKET = 10.0
"""Rows of a basket that a row lies in, on average."""
LARGEST_BASKET = 200
NEIGHBORS, FACTORS, EPOCHS = 50, 64, 10  # where an algorithm does not name them


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The counts that a prediction starts from."""

    users: int
    items: int
    interactions: int
    pairs: int
    """Different (user, item); at most ``interactions``."""
    products: float
    """Sum over users of the square of how many items each has."""
    takers: float
    """Sum over items of the square of how many users each has."""
    baskets: float = 0.0
    """Sum over baskets of the square of their rows, those of wholesalers left out."""

    @classmethod
    def of(cls, interactions: Interactions) -> Sizes:
        """Count; this costs one sort of the rows."""
        # Sorting beats the hash table of a plain np.unique several times over.
        codes = np.sort(pair_codes(interactions))
        codes = codes[np.diff(codes, prepend=-1) != 0]
        n_items = max(len(interactions.items), 1)
        lengths = np.bincount(codes // n_items).astype(np.float64)
        takers = np.bincount(codes % n_items).astype(np.float64)
        return cls(
            users=interactions.user_count(),
            items=interactions.item_count(),
            interactions=len(interactions),
            pairs=len(codes),
            products=float(np.dot(lengths, lengths)),
            takers=float(np.dot(takers, takers)),
            baskets=_basket_products(interactions),
        )

    @classmethod
    def guessed(cls, users: int, items: int, interactions: int) -> Sizes:
        """Return sizes of data nobody has yet, with the skew that shops have."""
        square = float(interactions) ** 2 * USUAL_SKEW
        return cls(
            users=users,
            items=items,
            interactions=interactions,
            pairs=interactions,
            products=square / max(users, 1),
            takers=square / max(items, 1),
            baskets=interactions * USUAL_BASKET,
        )


def _basket_products(interactions: Interactions) -> float:
    sizes = np.bincount(basket_codes(interactions)).astype(np.float64)
    return float(np.square(sizes[sizes <= LARGEST_BASKET]).sum())


Settings = Mapping[str, Any]


def side(sizes: Sizes, settings: Settings) -> float:
    """Return the side of the matrix that EASE inverts."""
    most = settings.get("most_items") or sizes.items
    return float(min(sizes.users, sizes.items, most))


def choice_bytes(sizes: Sizes, settings: Settings) -> float:
    """Return the peak of what chooses the recency; it is gone before the fit begins.

    A model of the most popular items twice, and the scores of the users asked twice.
    """
    asked = min(sizes.users, MOST_USERS)
    items = _chosen_side(sizes, settings)
    return 4.0 * 2.0 * (items**2 + asked * items)


def _chosen_side(sizes: Sizes, settings: Settings) -> float:
    is_chosen = settings.get("recency") == CHOSEN_BY_DATA
    return float(min(sizes.items, MOST_ITEMS)) if is_chosen else 0.0


def _factors(sizes: Sizes, settings: Settings) -> float:
    given = settings.get("embedding_size", FACTORS)
    return float(embedding_size_for(given, sizes.users))


def _epochs(settings: Settings) -> float:
    return float(settings.get("epochs", EPOCHS))


def _neighbors(settings: Settings) -> float:
    return float(settings.get("neighbors", NEIGHBORS))


TERMS: dict[str, Callable[[Sizes, Settings], float]] = {
    "one": lambda sizes, _: 1.0,
    "rows": lambda sizes, _: sizes.interactions / 1e6,
    "pairs": lambda sizes, _: sizes.pairs / 1e6,
    "users": lambda sizes, _: sizes.users / 1e6,
    "items": lambda sizes, _: sizes.items / 1e6,
    "products": lambda sizes, _: sizes.products / 1e9,
    "takers": lambda sizes, _: sizes.takers / 1e9,
    "baskets": lambda sizes, _: sizes.baskets / 1e9,
    "choice": lambda sizes, settings: _chosen_side(sizes, settings) ** 2 / 1e9,
    "square": lambda sizes, settings: side(sizes, settings) ** 2 / 1e9,
    "cube": lambda sizes, settings: side(sizes, settings) ** 3 / 1e12,
    "sweep": lambda sizes, settings: sizes.pairs * side(sizes, settings) / 1e9,
    "factors": lambda sizes, settings: (
        (sizes.users + sizes.items) * _factors(sizes, settings) / 1e9
    ),
    "passes": lambda sizes, settings: (
        _epochs(settings) * sizes.pairs * _factors(sizes, settings) / 1e9
    ),
    "solves": lambda sizes, settings: (
        _epochs(settings)
        * (sizes.users + sizes.items)
        * _factors(sizes, settings) ** 2
        / 1e9
    ),
    "kept": lambda sizes, settings: sizes.items * _neighbors(settings) / 1e6,
    "kept_users": lambda sizes, settings: sizes.users * _neighbors(settings) / 1e6,
}
"""name -> its amount; every one is around 1 for a million interactions."""

COUNTING = ("one", "rows", "users", "items")
FACTORISING = ("one", "rows", "choice", "passes", "solves")
PAIRING = ("one", "rows", "choice", "kept", "products")

MEMORY_TERMS: dict[str, tuple[str, ...]] = {
    "popular": ("one", "rows", "items"),
    "trending": ("one", "rows", "items"),
    "buy_again": ("one", "rows", "items"),
    "bought_together": ("one", "rows", "baskets", "kept"),
    "ease": ("rows", "square"),
    "als": ("one", "rows", "factors"),
    "bpr": ("one", "rows", "factors"),
    "svd": ("one", "rows", "factors"),
    "content": ("one", "rows", "factors", "items"),
    "social": ("one", "rows", "users"),
    "user_knn": ("one", "rows", "kept_users"),
}
SECOND_TERMS: dict[str, tuple[str, ...]] = {
    "popular": COUNTING,
    "trending": COUNTING,
    "buy_again": COUNTING,
    "bought_together": ("one", "rows", "baskets", "kept"),
    "ease": ("one", "rows", "choice", "products", "square", "cube", "sweep"),
    "als": FACTORISING,
    "bpr": FACTORISING,
    "svd": FACTORISING,
    "content": (*FACTORISING, "items", "factors"),
    "social": ("one", "rows", "choice", "users"),
    "user_knn": ("one", "rows", "choice", "takers", "kept_users"),
}
# Tables of pairs of items: item_knn, graph, rules and what is made of such.
OTHER_MEMORY = ("one", "rows", "kept", "products")
OTHER_SECONDS = PAIRING
