"""Rows for tests, each made by one call."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django_recsys.models import (
    Interaction,
    ItemNeighbors,
    RecommenderConfig,
    StoredRecommendations,
    TrainedModel,
)
from django_recsys.models.lists import EVERYONE, RankedItems, Reason
from django_recsys.serving.live_models import forget_live_models
from tests.hosts.shop.models import Product

TRAINED_AT = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
"""Until when the models of these tests know the shop."""


def make_products(count: int, **fields: Any) -> list[Product]:
    """Create products named "Product 1" and so on."""
    return Product.objects.bulk_create(
        Product(name=f"Product {number}", **fields) for number in range(1, count + 1)
    )


def make_serving_model(key: str, *, data_until: datetime = TRAINED_AT) -> TrainedModel:
    """Create a trained model and let it serve for the recommender of this name."""
    config, _created = RecommenderConfig.objects.get_or_create(
        key=key, defaults={"algorithm": key}
    )
    trained_model = TrainedModel.objects.create(
        recommender=config,
        version=config.trained_models.count() + 1,
        algorithm=config.algorithm,
        data_until=data_until,
        published_at=data_until + timedelta(minutes=5),
        promoted_at=data_until + timedelta(minutes=5),
    )
    config.serving = trained_model
    config.save(update_fields=["serving"])
    forget_live_models()
    return trained_model


def ranked(items: Sequence[Any], reasons: Sequence[Reason | None] = ()) -> str:
    """Pack items, best first, with scores that fall to 0."""
    return RankedItems(
        [str(getattr(item, "pk", item)) for item in items],
        [1 - position / len(items) for position in range(len(items))],
        reasons or [None] * len(items),
    ).packed()


def store_list(
    trained_model: TrainedModel,
    visitor_key: str,
    items: Sequence[Any],
    reasons: Sequence[Reason | None] = (),
) -> StoredRecommendations:
    """Store the list of one visitor."""
    return StoredRecommendations.objects.create(
        trained_model=trained_model,
        visitor_key=visitor_key,
        ranked=ranked(items, reasons),
    )


def store_for_everyone(
    trained_model: TrainedModel, items: Sequence[Any]
) -> StoredRecommendations:
    """Store the list that is the same for all."""
    return store_list(trained_model, EVERYONE, items)


def store_neighbors(
    trained_model: TrainedModel, item: Any, neighbors: Sequence[Any]
) -> ItemNeighbors:
    """Store what is nearest to one item."""
    return ItemNeighbors.objects.create(
        trained_model=trained_model,
        item_id=str(getattr(item, "pk", item)),
        ranked=ranked(neighbors),
    )


def make_interaction(
    visitor_key: str,
    item: Any,
    kind: str = "view",
    *,
    at: datetime | None = None,
    **fields: Any,
) -> Interaction:
    """Record one interaction, an hour after the training where no time is given."""
    moment = at or TRAINED_AT + timedelta(hours=1)
    return Interaction.objects.create(
        visitor_key=visitor_key,
        item_id=str(getattr(item, "pk", item)),
        kind=kind,
        occurred_at=moment,
        **{"recorded_at": moment, **fields},
    )
