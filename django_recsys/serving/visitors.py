"""What is stored for a visitor, and what the visitor did since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, Q

from django_recsys.models import Interaction, StoredRecommendations
from django_recsys.models.lists import RankedItems

RECENT_ITEMS = 10
"""How many of the newest items move the list."""
POSITIVE_KINDS = frozenset({"view", "cart_add", "like", "purchase"})


@dataclass(frozen=True, slots=True)
class StoredLists:
    """The lists of one visitor, by trained model."""

    lists: Mapping[int, RankedItems]
    has_news: bool
    """Whether the visitor did something that the first model does not know."""


@dataclass(frozen=True, slots=True)
class RecentItem:
    """An item that the visitor dealt with, and how."""

    item_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class RecentActivity:
    """What a visitor did lately."""

    items: Sequence[RecentItem] = ()
    """Newest first, each item once, only what speaks for the item."""
    purchased: frozenset[str] = frozenset()
    """Every item that the visitor ever bought, where that was asked for."""


NO_ACTIVITY = RecentActivity()


def stored_lists(
    visitor_key: str, trained_model_ids: Collection[int], *, until: datetime
) -> StoredLists:
    """Read the visitor's lists, and whether anything came after `until`: one query."""
    news = Interaction.objects.of(visitor_key).recorded_after(until)
    rows = StoredRecommendations.objects.filter(
        visitor_key=visitor_key, trained_model_id__in=trained_model_ids
    ).values_list("trained_model_id", "ranked", Exists(news))
    lists = {}
    has_news = True  # a visitor without a list is all news
    for trained_model_id, ranked, is_news in rows:
        lists[trained_model_id] = RankedItems.unpacked(ranked)
        has_news = bool(is_news)
    return StoredLists(lists, has_news)


def recent_activity(
    visitor_key: str, *, since: datetime | None, with_purchases: bool
) -> RecentActivity:
    """Read what the visitor did after `since`, and all purchases if asked: one query.

    The database groups by item and kind, so that ten thousand order lines come as
    the distinct items that they hold.
    """
    is_new = Q(recorded_at__gt=since) if since else Q(pk__gt=0)
    wanted = is_new | Q(kind="purchase") if with_purchases else is_new
    rows = (
        Interaction.objects.of(visitor_key)
        .filter(wanted)
        .values("item_id", "kind")
        .annotate(last=Max("occurred_at"), recorded=Max("recorded_at"))
        .values_list("item_id", "kind", "last", "recorded")
        .order_by("-last")
    )
    return summarize(rows if with_purchases else rows[: 4 * RECENT_ITEMS], since=since)


def summarize(
    rows: Collection[tuple[str, str, datetime, datetime]], *, since: datetime | None
) -> RecentActivity:
    """Separate what is new from what was bought."""
    newest: dict[str, RecentItem] = {}
    purchased: set[str] = set()
    for item_id, kind, _last, recorded in rows:
        if kind == "purchase":
            purchased.add(item_id)
        is_new = since is None or recorded > since
        if is_new and kind in POSITIVE_KINDS and len(newest) < RECENT_ITEMS:
            newest.setdefault(item_id, RecentItem(item_id, kind))
    return RecentActivity(tuple(newest.values()), frozenset(purchased))


def viewed_items(visitor_key: str, *, n: int) -> list[str]:
    """Return the items that the visitor looked at last, newest first: one query."""
    rows = (
        Interaction.objects.of(visitor_key)
        .filter(kind="view")
        .values("item_id")
        .annotate(last=Max("occurred_at"))
        .order_by("-last")
        .values_list("item_id", flat=True)
    )
    return list(rows[:n])
