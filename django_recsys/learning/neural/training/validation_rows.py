"""Rows set aside for early stopping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from django_recsys.learning.data import Histories, Interactions
from django_recsys.learning.metrics.ranking import ranking_metrics
from django_recsys.learning.metrics.ranks import rank_relevant
from django_recsys.learning.numerics.sparse import binary, row_indices

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOST_USERS = 2000
SHARE_OF_USERS = 0.1
FEWEST_USERS = 30  # below this a choice would be noise
SHORTEST = 3  # rows of a history that can spare one
CELLS_AT_A_TIME = 1 << 23


@dataclass(frozen=True, eq=False)
class EarlyStoppingSet:
    """Histories, and the items that came after each."""

    histories: Histories
    relevant: csr_array
    """(n_queries, n_items), the next items; without repeats only the new ones."""
    seen: csr_array
    """(n_queries, n_items), items left out of the ranking."""

    def ndcg(self, score: Callable[[slice], np.ndarray]) -> float:
        """Return the mean NDCG@10 over all items.

        ``score`` gives fresh (n, n_items) float32 of a slice of the queries.
        """
        step = max(1, CELLS_AT_A_TIME // max(self.histories.n_items, 1))
        values = []
        for at in range(0, len(self.histories), step):
            part = slice(at, min(at + step, len(self.histories)))
            scores = score(part)
            seen, relevant = self.seen[part], self.relevant[part]
            scores[row_indices(seen), seen.indices] = -np.inf
            counts, owners = np.diff(relevant.indptr), row_indices(relevant)
            ranks = rank_relevant(scores, relevant)
            values.append(ranking_metrics(owners, ranks, counts)["ndcg@10"])
        return float(np.concatenate(values).mean())


def split_validation_rows(
    interactions: Interactions,
    validation: Interactions | None,
    seed: int,
    *,
    repeats: bool = False,
) -> tuple[Interactions, EarlyStoppingSet | None]:
    """Return the rows to train on, and a set for early stopping where data allow.

    Given validation rows make the set. Else the newest moment (row or basket) of a
    seeded tenth of the users is set aside, of 2000 at most, so that most of the newest
    rows stay in training.
    """
    if validation is not None:
        return interactions, early_stopping_set_of(
            interactions, validation, repeats=repeats
        )
    histories = interactions.histories()
    order = interactions.time_order
    times = interactions.timestamps[order]
    some = np.flatnonzero(histories.lengths >= SHORTEST)
    first, last = histories.starts[:-1][some], histories.starts[1:][some] - 1
    able = some[times[first] < times[last]]
    count = min(MOST_USERS, int(len(able) * SHARE_OF_USERS))
    if count < FEWEST_USERS:
        return interactions, None
    users = np.random.default_rng(seed).choice(able, count, replace=False)
    newest = np.full(len(histories), np.inf)
    newest[users] = times[histories.starts[1:][users] - 1]
    mask = interactions.timestamps == newest[interactions.user_indices]
    kept = interactions.select(~mask)
    return kept, early_stopping_set_of(kept, interactions.select(mask), repeats=repeats)


def early_stopping_set_of(
    known: Interactions, later: Interactions, *, repeats: bool = False
) -> EarlyStoppingSet | None:
    """Return the users with a history and relevant items after it.

    With ``repeats`` items of the history are relevant and ranked, too.
    """
    from scipy.sparse import csr_array

    seen, relevant = binary(known.user_items()), binary(later.user_items())
    if not repeats:
        relevant = csr_array(relevant - relevant.multiply(seen))
        relevant.eliminate_zeros()
    users = np.flatnonzero((np.diff(seen.indptr) > 0) & (np.diff(relevant.indptr) > 0))
    if repeats:
        seen = csr_array(seen.shape, dtype=np.float32)
    if len(users) < FEWEST_USERS:
        return None
    return EarlyStoppingSet(
        known.histories().select(users), relevant[users], seen[users]
    )
