"""Deletes rows in batches, so that no transaction is long."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from django_recsys.conf import get_settings
from django_recsys.database.alias import our_alias
from django_recsys.models import Interaction, ItemNeighbors, StoredRecommendations

logger = logging.getLogger("django_recsys")

ROWS_PER_BATCH = 1000


def erase_visitor(visitor_key: str) -> dict[str, int]:
    """Delete what is kept about one visitor; return counts per kind of row."""
    alias = our_alias()
    lists = StoredRecommendations.objects.using(alias).filter(visitor_key=visitor_key)
    counts = {
        "interactions": delete_batched(
            Interaction.objects.using(alias).filter(visitor_key=visitor_key)
        ),
        "stored_recommendations": delete_batched(lists),
    }
    logger.info("Erased visitor %s: %s", visitor_key, counts)
    return counts


def erase_item(item_id: str) -> dict[str, int]:
    """Delete what is kept about an item that the shop deleted; return counts."""
    alias = our_alias()
    counts = {
        "interactions": delete_batched(
            Interaction.objects.using(alias).filter(item_id=item_id)
        ),
        "item_neighbors": delete_batched(
            ItemNeighbors.objects.using(alias).filter(item_id=item_id)
        ),
    }
    logger.info("Erased item %s: %s", item_id, counts)
    return counts


def prune(*, now: datetime) -> int:
    """Delete interactions older than RETENTION_DAYS; return how many."""
    age = timedelta(days=get_settings().RETENTION_DAYS)
    old = Interaction.objects.using(our_alias()).older_than(age, now=now)
    return delete_batched(old)


def delete_batched(rows: QuerySet[Any]) -> int:
    """Delete these rows, a thousand at a time, each batch in its own transaction."""
    deleted = 0
    while keys := list(rows.order_by().values_list("pk", flat=True)[:ROWS_PER_BATCH]):
        removed, _per_model = (
            rows.model._base_manager.using(rows.db).filter(pk__in=keys).delete()
        )
        deleted += removed
    return deleted
