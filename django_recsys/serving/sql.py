"""The statements of the read path, written out.

A page asks the same three questions every time. Building them anew by the ORM takes
longer than the database needs to answer, so here they stand as SQL that every database
of Django's understands; tests compare them with the ORM.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connections, models, router

from django_recsys.database.deadline import within_deadline
from django_recsys.models import Interaction, ItemNeighbors, StoredRecommendations

Row = tuple[Any, ...]

STORED_LISTS = """
    SELECT trained_model_id, ranked, EXISTS (
        SELECT 1 FROM {interactions} WHERE visitor_key = %s AND recorded_at > %s
    )
    FROM {lists} WHERE visitor_key = %s AND trained_model_id IN ({models})
"""
ACTIVITY = """
    SELECT item_id, kind, MAX(CASE WHEN {is_new} THEN 1 ELSE 0 END)
    FROM (
        SELECT item_id, kind, recorded_at, occurred_at
        FROM {interactions} WHERE visitor_key = %s {and_new}
        ORDER BY recorded_at DESC LIMIT {most}
    ) own
    WHERE {is_new} {or_purchase}
    GROUP BY item_id, kind ORDER BY MAX({when}) DESC, item_id {limit}
"""
WHEN = "CASE WHEN occurred_at > recorded_at THEN recorded_at ELSE occurred_at END"
"""Nothing happened after it was recorded, whatever its date says."""
MOST_ROWS = 3000
"""Of one visitor that a page reads: some milliseconds."""
NEIGHBORS = """
    SELECT trained_model_id, item_id, ranked
    FROM {neighbors} WHERE item_id IN ({items}) AND trained_model_id IN ({models})
"""


def select_stored_lists(
    visitor_key: str, trained_model_ids: Sequence[int], *, until: datetime
) -> list[Row]:
    """Return (trained model, packed list, whether something came after `until`)."""
    statement = STORED_LISTS.format(
        interactions=table(Interaction),
        lists=table(StoredRecommendations),
        models=placeholders(trained_model_ids),
    )
    moment = as_parameter(StoredRecommendations, until)
    return fetch(
        StoredRecommendations,
        statement,
        [visitor_key, moment, visitor_key, *trained_model_ids],
    )


def select_activity(
    visitor_key: str, *, since: datetime | None, with_purchases: bool, limit: int | None
) -> list[Row]:
    """Return (item, kind, whether new), newest first, of what came after `since`.

    With purchases, all of them come along, however old, among the visitor's newest
    MOST_ROWS: a page waits for nobody's robot.
    """
    is_new = "1 = 1" if since is None else "recorded_at > %s"
    moment = [] if since is None else [as_parameter(Interaction, since)]
    statement = ACTIVITY.format(
        interactions=table(Interaction),
        is_new=is_new,
        when=WHEN,
        and_new="" if with_purchases else f"AND {is_new}",
        most=MOST_ROWS,
        or_purchase="OR kind = 'purchase'" if with_purchases else "",
        limit="" if limit is None else f"LIMIT {limit:d}",
    )
    inner = [] if with_purchases else moment
    return fetch(Interaction, statement, [*moment, visitor_key, *inner, *moment])


def select_neighbors(
    trained_model_ids: Collection[int], item_ids: Collection[str]
) -> list[Row]:
    """Return (trained model, item, packed neighbours)."""
    statement = NEIGHBORS.format(
        neighbors=table(ItemNeighbors),
        items=placeholders(item_ids),
        models=placeholders(trained_model_ids),
    )
    return fetch(ItemNeighbors, statement, [*item_ids, *trained_model_ids])


def fetch(
    model: type[models.Model], statement: str, parameters: Sequence[Any]
) -> list[Row]:
    """Run one statement where the router reads this model."""

    def read() -> list[Row]:
        with connections[router.db_for_read(model)].cursor() as cursor:
            cursor.execute(statement, parameters)
            rows: list[Row] = cursor.fetchall()
        return rows

    return within_deadline(read)


def as_parameter(model: type[models.Model], moment: datetime) -> Any:
    """Return a moment as the database of a model compares it."""
    connection = connections[router.db_for_read(model)]
    return connection.ops.adapt_datetimefield_value(moment)


def table(model: type[models.Model]) -> str:
    """Return the table of a model; the names are ours and need no quotes."""
    name: str = model._meta.db_table
    return name


def placeholders(values: Collection[Any]) -> str:
    """Return one placeholder for each value."""
    return ", ".join(["%s"] * len(values))
