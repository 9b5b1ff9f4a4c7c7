"""Writes suggestions into Oscar's `ProductRecommendation`, for the merchant to judge.

What the merchant leaves is accepted, what the merchant deletes is never offered again,
and a product that has a row made by hand is left alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from oscar.core.loading import get_model

from django_recsys.serving import recommend_for

from .conf import get_oscar_settings
from .models import OfferedSuggestion

SOURCES = ("bought_together", "item_knn", "ease")
"""Lists that have to do with the product; what is merely popular is no suggestion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestReport:
    """What one run did."""

    products: int
    """Products with at least one suggestion of ours."""
    written: int
    withdrawn: int
    left_alone: int
    """Products with a row made by hand."""


def suggest() -> SuggestReport:
    """Bring the suggestions of every listed product up to date."""
    counts = {"products": 0, "written": 0, "withdrawn": 0, "left_alone": 0}
    products = get_model("catalogue", "Product").objects.browsable().order_by("pk")
    for product in products.iterator(chunk_size=500):
        with transaction.atomic():
            refresh(product, counts)
    return SuggestReport(**counts)


def refresh(product: Any, counts: dict[str, int]) -> None:
    """Replace what we offered for one product by what suits it now."""
    offered = offers_of(product)
    rows = list(product.primary_recommendations.all())
    if any(not is_ours(row, offered) for row in rows):
        counts["left_alone"] += 1
        return
    live = {str(row.recommendation_id) for row in rows}
    refused = offered.keys() - live
    wanted = list(candidates(product, refused))
    stale = [row for row in rows if str(row.recommendation_id) not in wanted]
    for row in stale:
        withdraw(row)
    for place, item_id in enumerate(wanted):
        counts["written"] += offer(product, item_id, len(wanted) - place)
    counts["products"] += bool(wanted)
    counts["withdrawn"] += len(stale)


def offers_of(product: Any) -> dict[str, OfferedSuggestion]:
    """Return what was offered for a product, by the suggested item."""
    offers = OfferedSuggestion.objects.filter(item_id=str(product.pk))
    return {offer.suggested_id: offer for offer in offers}


def is_ours(row: Any, offered: dict[str, OfferedSuggestion]) -> bool:
    """Say whether we wrote this row and nobody has touched it since."""
    offer = offered.get(str(row.recommendation_id))
    return offer is not None and offer.ranking == row.ranking


def candidates(product: Any, refused: set[str]) -> Iterator[str]:
    """Yield the ids of what suits a product, best first."""
    amount = get_oscar_settings().SUGGESTIONS
    found = 0
    answer = recommend_for(
        "bought-together", items=[product], n=amount + len(refused), exclude=refused
    )
    for each in answer.items:
        if each.source in SOURCES and found < amount:
            found += 1
            yield each.item_id


def offer(product: Any, item_id: str, ranking: int) -> bool:
    """Write one suggestion and note it; say whether it is new."""
    _row, is_new = product.primary_recommendations.update_or_create(
        recommendation_id=int(item_id), defaults={"ranking": ranking}
    )
    OfferedSuggestion.objects.update_or_create(
        item_id=str(product.pk), suggested_id=item_id, defaults={"ranking": ranking}
    )
    return is_new


def withdraw(row: Any) -> None:
    """Take back a row of ours; it was not refused, and may come again."""
    OfferedSuggestion.objects.filter(
        item_id=str(row.primary_id), suggested_id=str(row.recommendation_id)
    ).delete()
    row.delete()


def withdraw_all() -> int:
    """Take back every row that nobody has touched; return how many."""
    withdrawn = 0
    model = get_model("catalogue", "ProductRecommendation")
    for offer in OfferedSuggestion.objects.iterator():
        rows = model.objects.filter(
            primary_id=offer.item_id,
            recommendation_id=offer.suggested_id,
            ranking=offer.ranking,
        )
        withdrawn += rows.count()
        rows.delete()
    OfferedSuggestion.objects.all().delete()
    return withdrawn
