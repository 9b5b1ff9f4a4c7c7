"""The queries made from a split's test rows, and their scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from django_recsys.learning.data import Histories, Interactions, basket_codes
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.metrics.lists import list_metrics, tied_share
from django_recsys.learning.metrics.ranking import ranking_metrics
from django_recsys.learning.metrics.ranks import DEEPEST, rank_relevant
from django_recsys.learning.numerics.batching import slices
from django_recsys.learning.numerics.sparse import offsets, row_indices, select_cells
from django_recsys.learning.numerics.top_k import mask_scores, top_items
from django_recsys.learning.recommender import Recommender

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOST_BASKETS = 5000
BASKET_SEED = 7


@dataclass(frozen=True, eq=False, kw_only=True)
class EvaluationTask:
    """Which items are relevant to each query, and which may not be shown."""

    name: str
    """ "new-items", "any-items" or "baskets"."""
    relevant: csr_array
    """(n_queries, n_items)."""
    left_out: csr_array | None
    """(n_queries, n_items) or None where all items may be shown."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TestQueries:
    """The queries of a test and the tasks that each is scored on."""

    histories: Histories
    users: np.ndarray
    """(n_queries,) int64 index of each query's user in the id map of the split."""
    known: np.ndarray
    """(n_queries,) bool: users with a history in training."""
    tasks: tuple[EvaluationTask, ...]
    train: Interactions
    """The source of item popularity."""
    users_dropped: int = 0
    """Users of the test without relevant items in any task."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Results:
    """The metrics of a recommender on one task, per query."""

    users: np.ndarray
    """(n_scored,) int64; queries without relevant items are left out."""
    known: np.ndarray
    """(n_scored,) bool."""
    values: Mapping[str, np.ndarray]
    """Metric name, as "ndcg@10" -> (n_scored,) float64."""
    lists: Mapping[str, float]
    """Metrics of all lists together."""


def user_queries(
    train: Interactions,
    test: Interactions,
    *,
    context: Interactions,
    seen: csr_array,
    names: tuple[str, ...],
) -> TestQueries:
    """Return one query per user of the test.

    seen: (n_users, n_items), the items that are not new to the user; ``context`` gives
    the histories of the queries.
    """
    taken = test.user_items()  # (n_users, n_items)
    users = np.flatnonzero(np.diff(taken.indptr))
    taken, tasks = taken[users], []
    for name in names:
        left_out = None if name == "any-items" else seen[users]
        relevant = taken if left_out is None else _without(taken, left_out)
        tasks.append(EvaluationTask(name=name, relevant=relevant, left_out=left_out))
    is_scored = np.zeros(len(users), dtype=bool)
    for task in tasks:
        is_scored |= np.diff(task.relevant.indptr) > 0
    lengths = np.bincount(train.user_indices, minlength=len(train.users))
    return TestQueries(
        histories=context.histories().select(users),
        users=users,
        known=lengths[users] > 0,
        tasks=tuple(tasks),
        train=train,
        users_dropped=int(np.count_nonzero(~is_scored)),
    )


def basket_queries(train: Interactions, test: Interactions) -> TestQueries | None:
    """Return one query per basket of the test: one item withheld, the others given.

    Only items known in training; baskets with one such item are left out, and of more
    than MOST_BASKETS a seeded sample is drawn. None where no basket is left.
    """
    from scipy.sparse import coo_array

    owners, rows = _basket_rows(train, test)
    lengths = np.bincount(owners)
    if not len(lengths):
        return None
    starts = offsets(lengths)
    random = np.random.default_rng(BASKET_SEED)
    held = starts[:-1] + random.integers(0, lengths)
    is_held = np.zeros(len(rows), dtype=bool)
    is_held[held] = True
    items = test.item_indices[rows]
    histories = Histories(
        starts=starts - np.arange(len(starts)),
        item_indices=items[~is_held],
        weights=np.ones(len(rows) - len(held), dtype=np.float32),
        n_items=len(test.items),
    )
    cells = (np.ones(len(held), np.float32), (np.arange(len(held)), items[held]))
    relevant = coo_array(cells, shape=(len(held), len(test.items))).tocsr()
    users = test.user_indices[rows[held]].astype(np.int64)
    known = np.bincount(train.user_indices, minlength=len(train.users))[users] > 0
    task = EvaluationTask(
        name="baskets", relevant=relevant, left_out=histories.matrix()
    )
    return TestQueries(
        histories=histories, users=users, known=known, tasks=(task,), train=train
    )


def score_queries(
    recommender: Recommender, queries: TestQueries, categories: np.ndarray | None = None
) -> dict[str, Results]:
    """Return the results of each task of the queries, by its name.

    The recommender may have been fitted over other ids: items it does not know are not
    ranked. A query without a score for any allowed item falls back to popularity, which
    is what the visitor would see. Raises DataError where there is no query.
    """
    if not any(task.relevant.nnz for task in queries.tasks):
        raise DataError(nobody_to_evaluate(queries))
    parts: dict[str, list[tuple[np.ndarray, ...]]] = {
        task.name: [] for task in queries.tasks
    }
    # Unmasked first, so that one block of scores serves all tasks.
    order = sorted(queries.tasks, key=lambda task: task.left_out is not None)
    fallback = _popularity(queries.train)
    for part, scores in _scored(recommender, queries):
        mask_scores(scores)
        for task in order:
            left_out = None if task.left_out is None else task.left_out[part]
            _fall_back(mask_scores(scores, left_out=left_out), fallback, left_out)
            ranks = rank_relevant(scores, task.relevant[part])
            parts[task.name].append((ranks, *top_items(scores, DEEPEST)))
    return {
        task.name: _results(queries, task, parts[task.name], categories)
        for task in queries.tasks
    }


def nobody_to_evaluate(queries: TestQueries) -> str:
    """Return a sentence about whom the test could not ask."""
    if not len(queries.users):
        return (
            "The test holds nobody to evaluate: no user has an item there that counts "
            "as a hit. Users need enough interactions before and after the split; "
            "returned goods and low ratings are no hits."
        )
    return (
        f"The test holds nobody to evaluate: all that its {len(queries.users):,} users "
        "took was not new to them."
    )


def _results(
    queries: TestQueries,
    task: EvaluationTask,
    parts: list[tuple[np.ndarray, ...]],
    categories: np.ndarray | None,
) -> Results:
    ranks, lists, scores = (np.concatenate(each) for each in zip(*parts, strict=True))
    counts = np.diff(task.relevant.indptr)
    is_scored = counts > 0
    owners = np.repeat(np.cumsum(is_scored) - 1, counts)
    item_counts = queries.train.item_counts()
    n_users = queries.train.user_count()
    shown = list_metrics(lists[is_scored], item_counts, n_users, categories)
    return Results(
        users=queries.users[is_scored],
        known=queries.known[is_scored],
        values=ranking_metrics(owners, ranks, counts[is_scored]),
        lists=shown | {"tied_scores": tied_share(scores[is_scored])},
    )


def _scored(
    recommender: Recommender, queries: TestQueries
) -> Iterator[tuple[slice, np.ndarray]]:
    """Give (slice, scores over the items of the queries), a slice at a time."""
    items, users = queries.train.items, queries.train.users
    same = recommender.items_ is items and recommender.users_ is users
    ours = items.indices(recommender.items_.ids.tolist())
    user_indices, histories = queries.users, queries.histories
    if not same:
        user_indices = recommender.users_.indices(users.ids[queries.users])
        theirs = recommender.items_.indices(items.ids.tolist())
        histories = histories.mapped(theirs, len(recommender.items_))
    for part in slices(len(queries.users), len(items)):
        scores = recommender.score_indices(histories.select(part), user_indices[part])
        if not same:
            moved = np.full((len(scores), len(items)), -np.inf, dtype=np.float32)
            moved[:, ours[ours >= 0]] = scores[:, ours >= 0]
            scores = moved
        yield part, scores


def _popularity(train: Interactions) -> np.ndarray:
    """Return (n_items,) float32: users of each item, -inf where it has none."""
    counts = train.item_counts().astype(np.float32)
    return np.where(counts > 0, counts, -np.inf).astype(np.float32)


def _fall_back(
    scores: np.ndarray, fallback: np.ndarray, left_out: csr_array | None
) -> None:
    """Put the fallback into the rows without any score, in place."""
    empty = np.flatnonzero((scores == -np.inf).all(axis=1))
    if len(empty):
        rows = np.tile(fallback, (len(empty), 1))
        out = None if left_out is None else left_out[empty]
        scores[empty] = mask_scores(rows, left_out=out)


def _without(relevant: csr_array, left_out: csr_array) -> csr_array:
    """Return the stored cells of relevant that left_out does not store."""
    codes, out_codes = (
        row_indices(each).astype(np.int64) * each.shape[1] + each.indices
        for each in (relevant, left_out)
    )
    return select_cells(relevant, ~np.isin(codes, out_codes))


def _basket_rows(
    train: Interactions, test: Interactions
) -> tuple[np.ndarray, np.ndarray]:
    """Return (basket of each row, row of the test), ordered by basket."""
    baskets = basket_codes(test)
    known = np.bincount(train.item_indices, minlength=len(train.items)) > 0
    codes = baskets.astype(np.int64) * len(test.items) + test.item_indices
    _, rows = np.unique(codes, return_index=True)
    rows = rows[known[test.item_indices[rows]]]
    sizes = np.bincount(baskets[rows], minlength=int(baskets.max(initial=0)) + 1)
    usable = np.flatnonzero(sizes >= 2)
    if len(usable) > MOST_BASKETS:
        random = np.random.default_rng(BASKET_SEED)
        usable = np.sort(random.choice(usable, MOST_BASKETS, replace=False))
    rows = rows[np.isin(baskets[rows], usable)]
    _, owners = np.unique(baskets[rows], return_inverse=True)
    return owners, rows
