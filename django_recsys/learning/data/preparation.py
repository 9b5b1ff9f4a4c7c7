"""From recorded rows to training rows, with the counts of each step."""

import time
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from django_recsys.learning.exceptions import DataError
from django_recsys.learning.kinds import KIND_WEIGHTS, NEGATIVE_KINDS

from .interactions import Interactions, pair_codes

MAX_ROWS_PER_USER = 10_000
SECONDS_PER_DAY = 86_400.0
PRIOR_RATINGS = 5.0  # weight of the shop's mean rating in that of a user


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparationReport:
    """How many rows each step touched."""

    rows_given: int
    future_rows: int
    """Rows of more than a day after `now`, by which no age can be told; left out."""
    unknown_items: int
    """Rows of items that the catalogue does not hold; left out."""
    duplicates: int
    """Rows equal in user, item, kind, time and amount to an earlier one; left out."""
    capped_users: int
    capped_rows: int
    """Oldest rows of users with an absurd volume; left out."""
    returns: int
    """Rows of returns, netted against the purchases of their pair."""
    purchases_cancelled: int
    """Purchase rows that were returned in full; left out."""
    ratings_centred: int
    removals: int
    negative_rows: int
    """Positive rows of pairs whose sum is not positive; left out."""
    negative_pairs: int
    rows_decayed: int
    """Rows whose weight was reduced by their age."""
    rows_kept: int
    users_kept: int
    items_kept: int

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name, in the order of the steps."""
        return asdict(self)


def prepare(
    interactions: Interactions,
    *,
    kind_weights: Mapping[str, float] = KIND_WEIGHTS,
    half_life_days: float | None = None,
    known_items: Collection[str] | None = None,
    max_rows_per_user: int = MAX_ROWS_PER_USER,
    now: float | None = None,
) -> tuple[Interactions, PreparationReport]:
    """Return rows of positive weight, and the counts of each step.

    The weight of a given row is its amount: the quantity of a purchase, the value of a
    rating, else 1. ``now`` is in Unix seconds and defaults to the newest timestamp that
    is none of the future.
    The id maps stay the same. Raises DataError for a kind without a weight.
    """
    counts: dict[str, Any] = {"rows_given": len(interactions)}
    is_future = is_in_future(interactions, now)
    counts["future_rows"] = int(np.count_nonzero(is_future))
    rows = interactions.select(~is_future) if is_future.any() else interactions
    now = _newest(rows) if now is None else now
    rows = _keep_known(rows, known_items, counts)
    rows = _drop_duplicates(rows, counts)
    rows = _cap_users(rows, max_rows_per_user, counts)
    rows = _net_returns(rows, counts)
    rows = rows.with_weights(_strengths(rows, kind_weights, counts))
    rows = _net_pairs(rows, counts)
    rows = _decay(rows, half_life_days, now, counts)
    counts["rows_kept"] = len(rows)
    counts["users_kept"] = rows.user_count()
    counts["items_kept"] = rows.item_count()
    return rows, PreparationReport(**counts)


def is_in_future(interactions: Interactions, now: float | None = None) -> np.ndarray:
    """Return (n_rows,) bool: rows of more than a day after `now`.

    A single order of the year 2046 would make all others equally old. ``now`` is in
    Unix seconds, by default the present; without real times there is no future.
    """
    if not interactions.has_times:
        return np.zeros(len(interactions), dtype=bool)
    latest = (time.time() if now is None else now) + SECONDS_PER_DAY
    later: np.ndarray = interactions.timestamps > latest
    return later


def _newest(rows: Interactions) -> float:
    return float(rows.timestamps.max()) if len(rows) else 0.0


def _keep_known(
    rows: Interactions, known_items: Collection[str] | None, counts: dict[str, Any]
) -> Interactions:
    counts["unknown_items"] = 0
    if known_items is None:
        return rows
    is_known = np.zeros(len(rows.items), dtype=bool)
    positions = rows.items.indices(known_items)
    is_known[positions[positions >= 0]] = True
    kept = is_known[rows.item_indices]
    counts["unknown_items"] = int(np.count_nonzero(~kept))
    return rows.select(kept)


def _drop_duplicates(rows: Interactions, counts: dict[str, Any]) -> Interactions:
    """Without real times two equal rows may be two events: then all are kept."""
    counts["duplicates"] = 0
    if not rows.has_times or not len(rows):
        return rows
    columns = [rows.weights, rows.timestamps, pair_codes(rows)]
    if rows.kinds is not None:
        columns.insert(0, rows.kinds)
    order = np.lexsort(columns)
    same = np.ones(len(order), dtype=bool)
    same[0] = False
    for column in columns:
        ordered = column[order]
        same[1:] &= ordered[1:] == ordered[:-1]
    counts["duplicates"] = int(np.count_nonzero(same))
    kept = np.ones(len(order), dtype=bool)
    kept[order[same]] = False
    return rows.select(kept)


def _cap_users(
    rows: Interactions, max_rows_per_user: int, counts: dict[str, Any]
) -> Interactions:
    lengths = np.bincount(rows.user_indices, minlength=len(rows.users))
    over = lengths > max_rows_per_user
    counts["capped_users"] = int(np.count_nonzero(over))
    counts["capped_rows"] = int((lengths[over] - max_rows_per_user).sum())
    if not counts["capped_users"]:
        return rows
    order = rows.time_order
    from_end = np.cumsum(lengths)[rows.user_indices[order]] - np.arange(len(rows))
    kept = np.zeros(len(rows), dtype=bool)
    kept[order[from_end <= max_rows_per_user]] = True
    return rows.select(kept)


def is_liked(rows: Interactions) -> np.ndarray:
    """Return (n_rows,) bool: rows as they were recorded that speak for their item.

    No removal and no return, no purchase that went back in full, and no rating that a
    training takes for a dislike: by more than the spread of all ratings below the
    other ratings of its user.
    """
    liked: np.ndarray = ~rows.is_kind(*NEGATIVE_KINDS)
    is_return, is_rating = rows.is_kind("return"), rows.is_kind("rating")
    if is_return.any():
        _bought, share = _kept_shares(rows, is_return)
        liked &= ~rows.is_kind("purchase") | (share > 0)
    if is_rating.any():
        liked[is_rating] &= _centred(rows.select(is_rating)) > 0
    return liked


def _net_returns(rows: Interactions, counts: dict[str, Any]) -> Interactions:
    """Take returned amounts off the purchases of the same user and item."""
    is_return, is_purchase = rows.is_kind("return"), rows.is_kind("purchase")
    counts["returns"] = int(np.count_nonzero(is_return))
    counts["purchases_cancelled"] = 0
    if not counts["returns"]:
        return rows
    bought, share = _kept_shares(rows, is_return)
    cancelled = is_purchase & (share == 0)
    counts["purchases_cancelled"] = int(np.count_nonzero(cancelled))
    amounts = np.abs(rows.weights).astype(np.float64)
    weights = np.where(is_purchase, amounts * share, rows.weights)
    # A return of a known purchase is settled; any other still counts negatively.
    kept = ~cancelled & ~(is_return & (bought > 0))
    return rows.with_weights(weights).select(kept)


def _kept_shares(
    rows: Interactions, is_return: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (n_rows,) how much of a row's pair was bought, and what share stayed."""
    pairs, codes = np.unique(pair_codes(rows), return_inverse=True)
    amounts = np.abs(rows.weights).astype(np.float64)
    is_purchase = rows.is_kind("purchase")
    bought = np.bincount(codes, amounts * is_purchase, minlength=len(pairs))
    returned = np.bincount(codes, amounts * is_return, minlength=len(pairs))
    share = np.clip(1 - returned / np.maximum(bought, 1e-12), 0, 1)
    return bought[codes], share[codes]


def _strengths(
    rows: Interactions, kind_weights: Mapping[str, float], counts: dict[str, Any]
) -> np.ndarray:
    """Return (n_rows,) weight of the kind times one plus the logarithm of the amount.

    Without kinds the given weights are kept.
    """
    counts["ratings_centred"] = counts["removals"] = 0
    if rows.kinds is None:
        return rows.weights
    present = np.flatnonzero(np.bincount(rows.kinds))
    missing = [
        rows.kind_names[k] for k in present if rows.kind_names[k] not in kind_weights
    ]
    if missing:
        raise DataError(f"There is no weight for the kind {missing[0]!r}.")
    weight_of = [kind_weights.get(name, 0.0) for name in rows.kind_names]
    is_rating = rows.is_kind("rating")
    counts["ratings_centred"] = int(np.count_nonzero(is_rating))
    counts["removals"] = int(np.count_nonzero(rows.is_kind("removal")))
    amounts = np.abs(rows.weights).astype(np.float64)
    factors = np.where(amounts >= 1, 1 + np.log(np.maximum(amounts, 1)), amounts)
    if counts["ratings_centred"]:
        factors[is_rating] = _centred(rows.select(is_rating))
    strengths: np.ndarray = np.asarray(weight_of)[rows.kinds] * factors
    return strengths


def _centred(ratings: Interactions) -> np.ndarray:
    """Return 1 for a user's mean rating, less and below zero for low ones.

    In standard deviations of all ratings; where these are equal, each counts 1.
    """
    values = ratings.weights.astype(np.float64)
    spread = values.std()
    if spread == 0:
        return np.ones(len(values))
    lengths = np.bincount(ratings.user_indices, minlength=len(ratings.users))
    sums = np.bincount(ratings.user_indices, values, minlength=len(ratings.users))
    means = (sums + values.mean() * PRIOR_RATINGS) / (lengths + PRIOR_RATINGS)
    centred: np.ndarray = 1 + (values - means[ratings.user_indices]) / spread
    return centred


def _net_pairs(rows: Interactions, counts: dict[str, Any]) -> Interactions:
    """Take negative weights off a pair's positive rows; drop pairs without a rest."""
    counts["negative_rows"] = counts["negative_pairs"] = 0
    positive = rows.weights > 0
    if positive.all():
        return rows
    pairs, codes = np.unique(pair_codes(rows), return_inverse=True)
    weights = rows.weights.astype(np.float64)
    sums = np.bincount(codes, weights, minlength=len(pairs))
    gains = np.bincount(codes, weights * positive, minlength=len(pairs))
    lost = sums <= 0
    counts["negative_pairs"] = int(np.count_nonzero(lost))
    counts["negative_rows"] = int(np.count_nonzero(positive & lost[codes]))
    share = np.where(lost, 0, sums / np.maximum(gains, 1e-12))[codes]
    return rows.with_weights(weights * share).select(positive & ~lost[codes])


def _decay(
    rows: Interactions, half_life_days: float | None, now: float, counts: dict[str, Any]
) -> Interactions:
    counts["rows_decayed"] = 0
    if half_life_days is None or not rows.has_times:
        return rows
    ages = np.maximum(now - rows.timestamps, 0) / SECONDS_PER_DAY
    counts["rows_decayed"] = int(np.count_nonzero(ages))
    return rows.with_weights(rows.weights * 0.5 ** (ages / half_life_days))
