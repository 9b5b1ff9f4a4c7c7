"""Splits into the rows of training and of test."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from django_recsys.learning.data import Interactions, pair_codes
from django_recsys.learning.data.preparation import is_in_future, is_liked
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.kinds import NEGATIVE_KINDS

Fit = Literal["train", "train+validation"]
Hits = Literal["liked", "all"]
"""What a list should hold. "liked": no purchase that went back, and no rating far below
the others of its user. "all": these too, as in published tables."""

TEST_SHARE = 0.2
VALIDATION_SHARE = 1 / 8
SHORTEST_HISTORY = 3  # leave-one-out needs a test, a validation and a train row
GIVEN_SHARE, GIVEN_SEED = 0.1, 11


@dataclass(frozen=True, eq=False)
class Split:
    """The parts of some interactions; all keep the id maps of the whole."""

    protocol: str
    train: Interactions
    """The rows to fit on, not yet prepared."""
    context: Interactions
    """The histories of the queries; not yet prepared."""
    test: Interactions
    """Later rows: each user-item pair once, those alone that are hits."""
    leaves_out_seen: bool
    """Whether the only task of this protocol is items that are new to the user."""
    tied_times: float = 0.0
    """Share of rows that have the same time as another row of their user."""
    future_rows: int = 0
    """Rows that ``split`` left out, as no time has come for them."""


def split(
    interactions: Interactions,
    protocol: str,
    *,
    fit: Fit = "train",
    is_test: np.ndarray | None = None,
    hits: Hits = "liked",
) -> Split:
    """Split by the name of a protocol; raises DataError where the data forbid it."""
    is_past = ~is_in_future(interactions)
    future_rows = int(np.count_nonzero(~is_past))
    if future_rows:
        interactions = interactions.select(is_past)
        is_test = None if is_test is None else is_test[is_past]
    parts = _split(interactions, protocol, fit=fit, is_test=is_test, hits=hits)
    return replace(parts, future_rows=future_rows)


def _split(
    interactions: Interactions,
    protocol: str,
    *,
    fit: Fit,
    is_test: np.ndarray | None,
    hits: Hits,
) -> Split:
    if protocol == "temporal":
        return temporal_split(interactions, hits=hits)
    if protocol == "leave-one-out":
        return leave_one_out(interactions, fit=fit, hits=hits)
    if protocol == "given-split":
        if is_test is None:
            raise DataError("given-split needs a column 'split' of train and test.")
        return given_split(interactions, is_test, hits=hits)
    raise DataError(
        f"There is no protocol {protocol!r}; there are: "
        "temporal, leave-one-out, given-split."
    )


def temporal_split(
    interactions: Interactions, *, share: float = TEST_SHARE, hits: Hits = "liked"
) -> Split:
    """Split at one time for all users, so that nothing of the future leaks.

    It is the timestamp of row floor((1 - share) N) of the positive rows; equal times go
    to the test.
    """
    if not interactions.has_times:
        raise DataError(
            "temporal needs timestamps; positions within a user cannot be compared "
            "between users. Use leave-one-out."
        )
    positive = _positive(interactions)
    times = np.sort(interactions.timestamps[positive])
    if not len(times):
        raise DataError("There are no positive interactions to split.")
    cut = times[min(int(np.floor((1 - share) * len(times))), len(times) - 1)]
    later = interactions.timestamps >= cut
    train = interactions.select(~later)
    return Split(
        protocol="temporal",
        train=train,
        context=train,
        test=_pairs_once(interactions.select(later & _hits(interactions, hits))),
        leaves_out_seen=False,
        tied_times=_tied_times(interactions),
    )


def validation_split(interactions: Interactions, *, hits: Hits = "liked") -> Split:
    """Split off the last eighth of the rows, to choose and to gate by."""
    return temporal_split(interactions, share=VALIDATION_SHARE, hits=hits)


def leave_one_out(
    interactions: Interactions, *, fit: Fit = "train", hits: Hits = "liked"
) -> Split:
    """Split off each user's last item, and the one before it as validation.

    Only the last row of a pair counts. With fit="train" the validation item is no
    part of the fit, but of the query history, as in published tables. What is no hit
    stays with the rows before it.
    """
    positive = _positive(interactions)
    is_hit = _hits(interactions, hits)[positive]
    rows = interactions.select(positive)
    last = _last_of_pair(rows)
    rows, is_hit = rows.select(last), is_hit[last]
    order = rows.time_order
    rows, is_hit = rows.select(order), is_hit[order]
    lengths = np.bincount(rows.user_indices, is_hit, minlength=len(rows.users))
    so_far = np.cumsum(is_hit) - is_hit
    from_end = np.cumsum(lengths)[rows.user_indices] - so_far
    scored = lengths[rows.user_indices] >= SHORTEST_HISTORY
    is_context = ~scored | (from_end > np.where(is_hit, 1, 0))
    is_train = ~scored | (from_end > np.where(is_hit, 2, 1))
    is_test = scored & is_hit & (from_end == 1)
    context, train = rows.select(is_context), rows.select(is_train)
    return Split(
        protocol="leave-one-out",
        train=train if fit == "train" else context,
        context=context,
        test=rows.select(is_test),
        leaves_out_seen=True,
        tied_times=_tied_times(rows),
    )


def given_split(
    interactions: Interactions, is_test: np.ndarray, *, hits: Hits = "liked"
) -> Split:
    """Split by a mask; is_test: (n_interactions,) bool."""
    train = interactions.select(~is_test)
    return Split(
        protocol="given-split",
        train=train,
        context=train,
        test=_pairs_once(interactions.select(is_test & _hits(interactions, hits))),
        leaves_out_seen=True,
        tied_times=_tied_times(interactions),
    )


def _positive(interactions: Interactions) -> np.ndarray:
    return ~interactions.is_kind(*NEGATIVE_KINDS)


def _hits(interactions: Interactions, hits: Hits) -> np.ndarray:
    return is_liked(interactions) if hits == "liked" else _positive(interactions)


def _pairs_once(interactions: Interactions) -> Interactions:
    _, first = np.unique(pair_codes(interactions), return_index=True)
    return interactions.select(np.sort(first))


def _last_of_pair(interactions: Interactions) -> np.ndarray:
    """Return a mask of each pair's newest row; of equal times the later row."""
    codes = pair_codes(interactions)
    order = np.lexsort((interactions.timestamps, codes))
    last = np.append(codes[order][1:] != codes[order][:-1], True)
    mask = np.zeros(len(codes), dtype=bool)
    mask[order[last]] = True
    return mask


def _tied_times(interactions: Interactions) -> float:
    order = interactions.time_order
    users = interactions.user_indices[order]
    times = interactions.timestamps[order]
    same = (users[1:] == users[:-1]) & (times[1:] == times[:-1])
    tied = np.append(same, False) | np.insert(same, 0, False)
    return float(tied.mean()) if len(tied) else 0.0


def split_again(known: Interactions, protocol: str, *, hits: Hits = "liked") -> Split:
    """Split the rows without the test again, in the same way, for validation."""
    if protocol == "leave-one-out":
        return leave_one_out(known, hits=hits)
    if protocol == "temporal":
        return validation_split(known, hits=hits)
    return given_split(known, tenth_of_each_user(known), hits=hits)


def tenth_of_each_user(interactions: Interactions) -> np.ndarray:
    """Return a seeded (n_interactions,) bool mask of pairs, with all their rows.

    At least one pair of each user with three or more.
    """
    codes, pair = np.unique(pair_codes(interactions), return_inverse=True)
    users = codes // max(len(interactions.items), 1)
    draw = np.random.default_rng(GIVEN_SEED).random(len(codes))
    order = np.lexsort((draw, users))
    counts = np.bincount(users, minlength=len(interactions.users))
    starts = np.cumsum(counts) - counts
    place = np.arange(len(codes)) - starts[users[order]]
    sizes = np.where(counts < 3, 0, np.maximum(1, np.round(GIVEN_SHARE * counts)))
    is_drawn = np.zeros(len(codes), dtype=bool)
    is_drawn[order] = place < sizes[users[order]]
    mask: np.ndarray = is_drawn[pair]
    return mask
