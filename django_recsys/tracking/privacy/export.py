"""Hands out what is kept about one visitor."""

from typing import Any

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
)


def export_visitor(visitor_key: str) -> dict[str, Any]:
    """Return everything kept about one visitor, ready to be written as JSON.

    Interactions, oldest first, and the stored lists with the model that made each.
    """
    alias = our_alias()
    rows = Interaction.objects.using(alias).of(visitor_key)
    lists = StoredRecommendations.objects.using(alias).filter(visitor_key=visitor_key)
    return {
        "visitor_key": visitor_key,
        "interactions": list(rows.order_by("occurred_at", "pk").values(*COLUMNS)),
        "stored_recommendations": [
            {
                "recommender": stored.trained_model.recommender.key,
                "version": stored.trained_model.version,
                "item_ids": list(stored.ranked_items.item_ids),
                "scores": list(stored.ranked_items.scores),
            }
            for stored in lists.select_related("trained_model__recommender")
        ],
    }
