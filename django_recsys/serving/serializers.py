"""An answer as the object that the API and the command line print."""

from typing import Any

from django.http import HttpRequest

from .answers import Answer
from .blocks import Card, make_cards


def as_object(answer: Answer, request: HttpRequest | None = None) -> dict[str, Any]:
    """Return texts, numbers and lists only, ready for JSON."""
    return {
        "placement": answer.placement,
        "request_id": answer.request_id,
        "items": [card_as_object(card) for card in make_cards(answer, request)],
    }


def card_as_object(card: Card) -> dict[str, Any]:
    """Describe one recommendation; a price is a decimal text, or null."""
    recommendation, record = card.recommendation, card.record
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
            "price_text": card.price,
            "image": record.image,
            "brand": record.brand,
            "category": record.category,
        },
    }
