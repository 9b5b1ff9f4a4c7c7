"""Write the lists of a trained model, in small transactions beside a running shop."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

import numpy as np
from django.db import connections, models

from django_recsys.database.alias import our_alias
from django_recsys.database.batches import (
    delete_in_batches,
    fair_transaction,
    rows_per_transaction,
)
from django_recsys.learning import Histories, Interactions, Recommender
from django_recsys.models import (
    EVERYONE,
    Erasure,
    Interaction,
    ItemNeighbors,
    RankedItems,
    Reason,
    StoredRecommendations,
    TrainedModel,
)
from django_recsys.training.context import TrainingContext

VISITORS_PER_SLICE = 1024
NEIGHBORS = 40
EXPLAINED = 24
"""Places from the top that get a reason: those that a page can come to show."""
DIGITS = 4

Report = Callable[[float], None]


def publish(
    trained_model: TrainedModel,
    recommender: Recommender,
    rows: Interactions,
    context: TrainingContext,
    report: Report,
) -> None:
    """Write all lists of a model that does not serve yet.

    `rows` are what it was fitted on. Interrupted anywhere, it leaves rows that nothing
    points to; `remove_leftovers` removes them.
    """
    n = trained_model.recommender.list_length
    if recommender.capabilities.is_personal:
        lists = personal_lists(recommender, rows, context, n=n, report=report)
        write(StoredRecommendations, trained_model, "visitor_key", lists)
        drop_lists_of_the_gone(trained_model)
        drop_lists_of_the_erased(trained_model, context.dataset.read_at)
    else:
        everyone = [(EVERYONE, general_list(recommender, context, n=n))]
        write(StoredRecommendations, trained_model, "visitor_key", everyone)
    if recommender.capabilities.stores_neighbors:
        write(
            ItemNeighbors,
            trained_model,
            "item_id",
            neighbor_lists(recommender, context, report=report),
        )


def personal_lists(
    recommender: Recommender,
    rows: Interactions,
    context: TrainingContext,
    *,
    n: int,
    report: Report,
) -> Iterator[tuple[str, RankedItems]]:
    """Yield the list of every visitor that the data know, best items first."""
    histories = rows.histories()
    visitors = np.flatnonzero(histories.lengths)
    for at in range(0, len(visitors), VISITORS_PER_SLICE):
        some = visitors[at : at + VISITORS_PER_SLICE]
        theirs = histories.select(some)
        lists = ranked_lists(recommender, theirs, some, some, context, n=n)
        yield from zip(rows.users.ids[some].tolist(), lists, strict=True)
        report((at + len(some)) / len(visitors))


def ranked_lists(
    recommender: Recommender,
    histories: Histories,
    user_indices: np.ndarray,
    visitors: np.ndarray,
    context: TrainingContext,
    *,
    n: int,
) -> Iterator[RankedItems]:
    """Yield the list of each of some visitors.

    `user_indices` is who they are to the recommender, -1 for somebody it does not
    know; `visitors` who they are in the rows of the context.
    """
    repeats = recommender.capabilities.task == "any-items"
    indices, scores = recommender.recommend_indices(
        histories,
        user_indices,
        n=n,
        candidate_mask=context.visible,
        exclude_seen=False if repeats else context.purchased[visitors],
    )
    reasons = np.full(indices.shape, -1, dtype=np.int32)
    reasons[:, :EXPLAINED] = recommender.explain_indices(
        histories, np.ascontiguousarray(indices[:, :EXPLAINED])
    )
    named = Names(context, visitors)
    for ranked in zip(range(len(visitors)), indices, scores, reasons, strict=True):
        yield named.ranked(*ranked)


class Names:
    """Turns the indices of some visitors' lists into what is stored."""

    def __init__(self, context: TrainingContext, visitors: np.ndarray) -> None:
        self.ids = context.rows.items.ids
        self.titles = context.titles
        self.purchased = context.purchased[visitors]

    def ranked(
        self,
        position: int,
        indices: np.ndarray,
        scores: np.ndarray,
        reasons: np.ndarray,
    ) -> RankedItems:
        """Return one visitor's list; padded places are left out."""
        filled = indices >= 0
        start, end = self.purchased.indptr[position : position + 2]
        bought = set(self.purchased.indices[start:end].tolist())
        known: dict[int, Reason | None] = {-1: None}
        for index in set(reasons[filled].tolist()) - {-1}:
            item_id = str(self.ids[index])
            kind = "purchase" if index in bought else "view"
            known[index] = Reason(item_id, self.titles.get(item_id, ""), kind)
        return RankedItems(
            self.ids[indices[filled]].tolist(),
            rounded(scores[filled]),
            [known[index] for index in reasons[filled].tolist()],
        )


def general_list(
    recommender: Recommender, context: TrainingContext, *, n: int
) -> RankedItems:
    """Return the one list of a recommender that knows no persons."""
    indices, scores = recommender.recommend_indices(
        Histories.empty(1, len(context.rows.items)),
        np.array([-1]),
        n=2 * n,
        candidate_mask=context.visible,
        exclude_seen=False,
    )
    return without_reasons(context, indices[0], scores[0])


def neighbor_lists(
    recommender: Recommender, context: TrainingContext, *, report: Report
) -> Iterator[tuple[str, RankedItems]]:
    """Yield the neighbours of every item that has any."""
    ids = context.rows.items.ids
    for at in range(0, len(ids), VISITORS_PER_SLICE):
        some = np.arange(at, min(at + VISITORS_PER_SLICE, len(ids)))
        indices, scores = recommender.similar_indices(
            some, n=NEIGHBORS, candidate_mask=context.visible
        )
        for position in np.flatnonzero((indices >= 0).any(axis=1)):
            ranked = without_reasons(context, indices[position], scores[position])
            yield str(ids[some[position]]), ranked
        report((at + len(some)) / len(ids))


def without_reasons(
    context: TrainingContext, indices: np.ndarray, scores: np.ndarray
) -> RankedItems:
    """Return a list that needs no reason per item."""
    filled = indices >= 0
    item_ids = context.rows.items.ids[indices[filled]].tolist()
    return RankedItems(item_ids, rounded(scores[filled]), [None] * len(item_ids))


def rounded(scores: np.ndarray) -> list[float]:
    """Return scores with as many digits as their order needs."""
    return [float(f"{score:.{DIGITS}g}") for score in scores.tolist()]


def write(
    model: type[models.Model],
    trained_model: TrainedModel,
    key: str,
    lists: Iterable[tuple[str, RankedItems]],
) -> None:
    """Insert (key, list) pairs by `executemany`, some at a time."""
    alias = our_alias()
    connection = connections[alias]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name in ("trained_model_id", key, "ranked"))
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({columns}) "  # noqa: S608
        "VALUES (%s, %s, %s)"
    )
    rows = ((trained_model.pk, name, ranked.packed()) for name, ranked in lists)
    while batch := list(islice(rows, rows_per_transaction(alias))):
        with fair_transaction(alias), connection.cursor() as cursor:
            cursor.executemany(statement, batch)


def drop_lists_of_the_gone(trained_model: TrainedModel) -> None:
    """Remove lists of visitors whose rows went while the model was trained."""
    own = StoredRecommendations.objects.filter(trained_model=trained_model)
    theirs = Interaction.objects.filter(visitor_key=models.OuterRef("visitor_key"))
    gone = own.exclude(visitor_key=EVERYONE).filter(~models.Exists(theirs))
    delete_in_batches(gone)


def drop_lists_of_the_erased(trained_model: TrainedModel, read_at: datetime) -> None:
    """Remove lists of visitors who were erased after the training had read their rows.

    They may have new ones by now: the list is made of the old ones.
    """
    own = StoredRecommendations.objects.filter(trained_model=trained_model)
    keys = own.values_list("visitor_key", flat=True)
    for key in Erasure.objects.db_manager(our_alias()).erased_since(read_at, keys):
        delete_in_batches(own.filter(visitor_key=key))


def delete_lists(trained_models: Sequence[int]) -> None:
    """Delete the lists of models that will not serve any more."""
    for model in (StoredRecommendations, ItemNeighbors):
        delete_in_batches(model.objects.filter(trained_model_id__in=trained_models))
