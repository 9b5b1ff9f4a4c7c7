"""Delete what is kept about a visitor or an item, and what is too old."""

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from django_recsys.conf import get_settings
from django_recsys.database.alias import our_alias
from django_recsys.database.batches import delete_in_batches
from django_recsys.models import (
    Erasure,
    Interaction,
    ItemNeighbors,
    StoredRecommendations,
)

logger = logging.getLogger("django_recsys")


def erase_visitor(visitor_key: str) -> dict[str, int]:
    """Delete what is kept about one visitor; return counts per kind of row.

    That it happened is noted first, as a keyed hash: a training, a catch-up or an event
    that waits must not bring back what was from before.
    """
    Erasure.objects.db_manager(our_alias()).note(visitor_key, now=timezone.now())
    lists = StoredRecommendations.objects.filter(visitor_key=visitor_key)
    counts = {
        "interactions": delete_in_batches(
            Interaction.objects.filter(visitor_key=visitor_key)
        ),
        "stored_recommendations": delete_in_batches(lists),
    }
    logger.info("Erased visitor %s: %s", visitor_key, counts)
    return counts


def erase_item(item_id: str) -> dict[str, int]:
    """Delete what is kept about an item that the shop deleted; return counts."""
    counts = {
        "interactions": delete_in_batches(Interaction.objects.filter(item_id=item_id)),
        "item_neighbors": delete_in_batches(
            ItemNeighbors.objects.filter(item_id=item_id)
        ),
    }
    logger.info("Erased item %s: %s", item_id, counts)
    return counts


def prune(*, now: datetime) -> int:
    """Delete interactions older than RETENTION_DAYS; return how many."""
    age = timedelta(days=get_settings().RETENTION_DAYS)
    # Nothing as old as that is stored any more.
    Erasure.objects.using(our_alias()).filter(erased_at__lt=now - age).delete()
    old = Interaction.objects.older_than(age, now=now)
    return delete_in_batches(old)
