"""An answer as the object that the API and the command line print."""

from typing import Any

from django_recsys.catalog import get_catalog

from .answers import Answer, Recommendation


def as_object(answer: Answer) -> dict[str, Any]:
    """Return texts, numbers and lists only, ready for JSON."""
    return {
        "placement": answer.placement,
        "request_id": answer.request_id,
        "items": [item_as_object(each) for each in answer.items],
    }


def item_as_object(recommendation: Recommendation) -> dict[str, Any]:
    """Describe one recommendation; a price is a decimal text, or null."""
    record = get_catalog().describe(recommendation.item)
    return {
        "item_id": recommendation.item_id,
        "rank": recommendation.rank,
        "score": round(recommendation.score, 6),
        "source": recommendation.source,
        "reason": recommendation.reason,
        "reason_item_id": recommendation.reason_item_id,
        "item": {
            "title": record.title,
            "url": record.url,
            "price": None if record.price is None else str(record.price),
            "image": record.image,
            "brand": record.brand,
            "category": record.category,
        },
    }
