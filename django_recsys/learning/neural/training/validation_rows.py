"""A little of the data kept back, to see when a training is at its best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from django_recsys.learning.data.histories import Histories
from django_recsys.learning.data.interactions import Interactions
from django_recsys.learning.metrics.ranking import ranking_metrics
from django_recsys.learning.metrics.ranks import rank_relevant

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOST_USERS = 2000
SHARE_OF_USERS = 0.1
FEWEST_USERS = 30  # below this a choice would be noise
SHORTEST = 3  # rows of a history that can spare one
CELLS_AT_A_TIME = 1 << 23


@dataclass(frozen=True, eq=False)
class Exam:
    """Histories, and what came after each."""

    histories: Histories
    relevant: csr_array
    """(n_queries, n_items), what was taken next; without repeats what is new of it."""
    seen: csr_array
    """(n_queries, n_items), what is left out of the ranking."""

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
            rows = np.repeat(np.arange(len(scores)), np.diff(seen.indptr))
            scores[rows, seen.indices] = -np.inf
            counts = np.diff(relevant.indptr)
            owners = np.repeat(np.arange(len(scores)), counts)
            ranks = rank_relevant(scores, relevant)
            values.append(ranking_metrics(owners, ranks, counts)["ndcg@10"])
        return float(np.concatenate(values).mean())


def held_out(
    interactions: Interactions,
    validation: Interactions | None,
    seed: int,
    *,
    repeats: bool = False,
) -> tuple[Interactions, Exam | None]:
    """Return what is left to learn from, and the exam; None where data are too few.

    Given validation rows are the exam. Else the newest moment (row or basket) of a
    seeded tenth of the users is kept back, of 2000 at most: nearly all of what is
    newest still teaches.
    """
    if validation is not None:
        return interactions, exam_of(interactions, validation, repeats=repeats)
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
    return kept, exam_of(kept, interactions.select(mask), repeats=repeats)


def exam_of(
    known: Interactions, wanted: Interactions, *, repeats: bool = False
) -> Exam | None:
    """Return the exam of users with a history and something new after it.

    With ``repeats`` what stands in the history counts and is ranked, too.
    """
    from scipy.sparse import csr_array

    seen, relevant = known.user_items(), wanted.user_items()
    seen.data[:] = 1
    relevant.data[:] = 1
    if not repeats:
        relevant = csr_array(relevant - relevant.multiply(seen))
        relevant.eliminate_zeros()
    users = np.flatnonzero((np.diff(seen.indptr) > 0) & (np.diff(relevant.indptr) > 0))
    if repeats:
        seen = csr_array(seen.shape, dtype=np.float32)
    if len(users) < FEWEST_USERS:
        return None
    return Exam(known.histories().select(users), relevant[users], seen[users])
