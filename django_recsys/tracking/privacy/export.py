"""Hands out what is kept about one visitor."""

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from django_recsys.database.alias import our_alias
from django_recsys.models import Interaction, StoredRecommendations

COLUMNS = (
    "kind",
    "item_id",
    "occurred_at",
    "recorded_at",
    "quantity",
    "value",
    "price",
    "reference",
    "event_id",
)


ROWS_PER_PAGE = 1000

Part = tuple[str, str | Iterator[dict[str, Any]]]


def export_visitor(visitor_key: str) -> dict[str, Any]:
    """Return everything kept about one visitor, ready to be written as JSON.

    Interactions, oldest first, and the stored lists with the model that made each.
    """
    rows = sorted(interactions_of(visitor_key), key=itemgetter("occurred_at"))
    return {
        "visitor_key": visitor_key,
        "interactions": rows,
        "stored_recommendations": list(lists_of(visitor_key)),
    }


def stream_export(visitor_key: str) -> Iterator[str]:
    """Yield the same as JSON, in the order in which the rows came in.

    A row at a time: a robot may have left a million.
    """
    encode = DjangoJSONEncoder(ensure_ascii=False).encode
    opening = "{"
    for name, part in parts_of(visitor_key):
        yield f"{opening}{encode(name)}: "
        opening = ", "
        if isinstance(part, str):
            yield encode(part)
            continue
        separator = "["
        for row in part:
            yield f"{separator}{encode(row)}"
            separator = ", "
        yield "]" if separator == ", " else "[]"
    yield "}"


def is_long(visitor_key: str) -> bool:
    """Say whether so much is kept that it is better streamed."""
    rows = Interaction.objects.using(our_alias()).of(visitor_key)
    return rows[ROWS_PER_PAGE : ROWS_PER_PAGE + 1].exists()


def parts_of(visitor_key: str) -> Iterator[Part]:
    """Yield what there is, by its name."""
    yield "visitor_key", visitor_key
    yield "interactions", interactions_of(visitor_key)
    yield "stored_recommendations", lists_of(visitor_key)


def interactions_of(visitor_key: str) -> Iterator[dict[str, Any]]:
    """Yield the rows in pages of a query each: no cursor stays open."""
    rows = Interaction.objects.using(our_alias()).of(visitor_key).order_by("pk")
    after = 0
    while page := list(
        rows.filter(pk__gt=after)[:ROWS_PER_PAGE].values("pk", *COLUMNS)
    ):
        after = page[-1]["pk"]
        for row in page:
            yield {name: row[name] for name in COLUMNS}


def lists_of(visitor_key: str) -> Iterator[dict[str, Any]]:
    """Yield the stored lists, each with its reasons."""
    lists = StoredRecommendations.objects.using(our_alias())
    own = lists.filter(visitor_key=visitor_key)
    for stored in own.select_related("trained_model__recommender"):
        ranked = stored.ranked_items
        yield {
            "recommender": stored.trained_model.recommender.key,
            "version": stored.trained_model.version,
            "item_ids": list(ranked.item_ids),
            "scores": list(ranked.scores),
            "reasons": [reason and reason.item_id for reason in ranked.reasons],
        }
