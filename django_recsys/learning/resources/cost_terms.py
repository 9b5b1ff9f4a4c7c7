"""The terms that a fit's time and memory grow with, per algorithm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from django_recsys.learning.algorithms.blend.blend import FALL_THROUGH, RANKER
from django_recsys.learning.algorithms.blend.candidates import (
    BEST_OF_SOURCE,
    CELLS_AT_A_TIME,
    MOST_QUERIES,
)
from django_recsys.learning.algorithms.ease.over_users import ROWS_PER_BLOCK
from django_recsys.learning.algorithms.factorization.embedding_size import (
    embedding_size_for,
)
from django_recsys.learning.algorithms.temporal import CHOSEN_BY_DATA
from django_recsys.learning.algorithms.temporal.selection import (
    MOST_ITEMS,
    MOST_USERS,
    count_eval_users,
)
from django_recsys.learning.data import Interactions, basket_codes, pair_codes

USUAL_SKEW = 4.0
"""Sum of squared history lengths, against what even histories would give."""
USUAL_BASKET = 10.0
"""Rows of a row's basket, on average."""
LARGEST_BASKET = 200
LARGEST_FULL = 20_000  # items up to which deep models compare with all
NEIGHBORS, FACTORS, EPOCHS = 50, 64, 10  # of algorithms without such a hyper-parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The counts that an estimate starts from."""

    users: int
    items: int
    interactions: int
    pairs: int
    """Different (user, item); at most ``interactions``."""
    products: float
    """Sum over users of the square of how many items each has."""
    takers: float
    """Sum over items of the square of how many users each has."""
    baskets: float
    """Sum over baskets of the square of their rows, those of wholesalers left out."""
    eval_users: int
    """Users by which recency and trend are chosen; 0 where they are too few."""
    context_rows: int
    """Rows of these users' histories."""

    @classmethod
    def of(cls, interactions: Interactions) -> Self:
        """Count; this costs one sort of the rows."""
        # Sorting beats the hash table of a plain np.unique several times over.
        codes = np.sort(pair_codes(interactions))
        codes = codes[np.diff(codes, prepend=-1) != 0]
        n_items = max(len(interactions.items), 1)
        lengths = np.bincount(codes // n_items).astype(np.float64)
        takers = np.bincount(codes % n_items).astype(np.float64)
        eval_users, context_rows = count_eval_users(interactions)
        return cls(
            users=interactions.user_count(),
            items=interactions.item_count(),
            interactions=len(interactions),
            pairs=len(codes),
            products=float(np.dot(lengths, lengths)),
            takers=float(np.dot(takers, takers)),
            baskets=_basket_products(interactions),
            eval_users=eval_users,
            context_rows=context_rows,
        )

    @classmethod
    def guessed(cls, users: int, items: int, interactions: int) -> Self:
        """Return sizes of imagined data, with the usual skew of shops."""
        square = float(interactions) ** 2 * USUAL_SKEW
        eval_users = min(users, MOST_USERS)
        return cls(
            users=users,
            items=items,
            interactions=interactions,
            pairs=interactions,
            products=square / max(users, 1),
            takers=square / max(items, 1),
            baskets=interactions * USUAL_BASKET,
            eval_users=eval_users,
            context_rows=eval_users * interactions // max(users, 1),
        )


def _basket_products(interactions: Interactions) -> float:
    sizes = np.bincount(basket_codes(interactions)).astype(np.float64)
    return float(np.square(sizes[sizes <= LARGEST_BASKET]).sum())


Settings = Mapping[str, Any]


def side(sizes: Sizes, settings: Settings) -> float:
    """Return the size of the matrix that EASE inverts."""
    most = settings.get("most_items") or sizes.items
    return float(min(sizes.users, sizes.items, most))


def chooses(settings: Settings) -> bool:
    """Return whether recency or trend is chosen from the data."""
    return CHOSEN_BY_DATA in (settings.get("recency"), settings.get("trend"))


def source_names(settings: Settings) -> list[str]:
    """Return the sources of a blend; none for another model."""
    names = settings.get("sources", "").split(",")
    return [each.strip() for each in names if each.strip()]


def learns_weights(settings: Settings) -> bool:
    """Return whether a blend fits its sources an extra time, to weight them."""
    if not source_names(settings):
        return False
    return settings["method"] != FALL_THROUGH and not settings["weights"].strip()


def _chosen_side(sizes: Sizes) -> float:
    """Return the size of the matrix that the choice of recency and trend inverts."""
    return float(min(sizes.items, MOST_ITEMS)) if sizes.eval_users else 0.0


def _predicted_queries(sizes: Sizes, settings: Settings) -> float:
    """Return for how many users a blend compares its sources."""
    queries = min(sizes.eval_users, MOST_QUERIES) if learns_weights(settings) else 0
    return float(queries)


def _scored(sizes: Sizes, settings: Settings) -> float:
    """Return how many scores a blend compares."""
    cells = sizes.items * len(source_names(settings))
    return _predicted_queries(sizes, settings) * cells


def _candidates(sizes: Sizes, settings: Settings) -> float:
    """Return about how many items per user the trees of a blend are fitted on."""
    if settings.get("method") != RANKER:
        return 0.0
    proposed = 2.0 * BEST_OF_SOURCE * len(source_names(settings))
    return min(proposed, float(sizes.items))


def _block(sizes: Sizes, settings: Settings) -> float:
    """Return the cells of one product where EASE is solved over users, else 0."""
    if settings.get("most_items") or sizes.users >= sizes.items:
        return 0.0
    return float(min(sizes.items, ROWS_PER_BLOCK) * sizes.users)


def _factors(sizes: Sizes, settings: Settings) -> float:
    given = settings.get("embedding_size", FACTORS)
    return float(embedding_size_for(given, sizes.users))


def _epochs(settings: Settings) -> float:
    return float(settings.get("epochs", EPOCHS))


def _width(settings: Settings) -> float:
    """Return the size of a deep model's item vectors."""
    return float(settings.get("hidden_size") or settings.get("embedding_size", FACTORS))


def _compared(sizes: Sizes, settings: Settings) -> float:
    """Return the number of items that a deep model compares with each step."""
    if sizes.items <= LARGEST_FULL:
        return float(sizes.items)
    return float(settings.get("negatives", sizes.items))


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
    "choice_square": lambda sizes, _: _chosen_side(sizes) ** 2 / 1e9,
    "choice_cube": lambda sizes, _: _chosen_side(sizes) ** 3 / 1e12,
    "eval_users": lambda sizes, _: sizes.eval_users * _chosen_side(sizes) / 1e9,
    "context_rows": lambda sizes, _: sizes.context_rows * _chosen_side(sizes) / 1e9,
    "square": lambda sizes, settings: side(sizes, settings) ** 2 / 1e9,
    "cube": lambda sizes, settings: side(sizes, settings) ** 3 / 1e12,
    "block": lambda sizes, settings: _block(sizes, settings) / 1e9,
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
    "softmax": lambda sizes, settings: (
        _epochs(settings)
        * sizes.interactions
        * _compared(sizes, settings)
        * _width(settings)
        / 1e12
    ),
    "layers": lambda sizes, settings: (
        _epochs(settings) * sizes.interactions * _width(settings) ** 2 / 1e9
    ),
    "sparse_histories": lambda sizes, settings: (
        _epochs(settings)
        * sizes.users
        * _compared(sizes, settings)
        * _width(settings)
        / 1e12
    ),
    "vectors": lambda sizes, settings: sizes.items * _width(settings) / 1e9,
    "kept": lambda sizes, settings: sizes.items * _neighbors(settings) / 1e6,
    "kept_users": lambda sizes, settings: sizes.users * _neighbors(settings) / 1e6,
    "scored": lambda sizes, settings: _scored(sizes, settings) / 1e9,
    "at_a_time": lambda sizes, settings: (
        min(_scored(sizes, settings), CELLS_AT_A_TIME) / 1e9
    ),
    "ranked": lambda sizes, settings: (
        _predicted_queries(sizes, settings) * _candidates(sizes, settings) / 1e6
    ),
}
"""name -> its amount; every one is around 1 for a million interactions."""
