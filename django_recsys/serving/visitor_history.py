"""What is stored for a visitor, and what the visitor did since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models.functions import Least

from django_recsys.database.deadline import within_deadline
from django_recsys.learning import KIND_WEIGHTS, NEGATIVE_KINDS
from django_recsys.models import Interaction

from .sql import MOST_ROWS, select_activity, select_stored_lists

RECENT_ITEMS = 10
"""How many of the newest items move the list."""
# A rating is neither: what it says, its stars say.
POSITIVE_KINDS = frozenset(KIND_WEIGHTS) - frozenset(NEGATIVE_KINDS) - {"rating"}


@dataclass(frozen=True, slots=True)
class StoredLists:
    """The lists of one visitor, by trained model."""

    packed: Mapping[int, str]
    has_new_events: bool
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


def stored_lists(
    visitor_key: str, trained_model_ids: Sequence[int], *, until: datetime
) -> StoredLists:
    """Read the visitor's lists, and whether anything came after `until`: one query."""
    rows = select_stored_lists(visitor_key, trained_model_ids, until=until)
    # For a visitor without a list every event is recent.
    has_new_events = any(is_news for _model, _ranked, is_news in rows) or not rows
    return StoredLists({row[0]: row[1] for row in rows}, has_new_events)


def recent_activity(
    visitor_key: str, *, since: datetime | None, with_purchases: bool
) -> RecentActivity:
    """Read what the visitor did after `since`, and all purchases if asked: one query.

    The database groups by item and kind, so that ten thousand order lines come as
    the distinct items that they hold.
    """
    rows = select_activity(
        visitor_key,
        since=since,
        with_purchases=with_purchases,
        limit=None if with_purchases else 4 * RECENT_ITEMS,
    )
    return summarize(rows)


def summarize(rows: Iterable[tuple[Any, ...]]) -> RecentActivity:
    """Separate what is new, (item, kind, whether new) newest first, from purchases.

    An item whose last word was against it, as when it left the basket, is no reason
    to show others like it.
    """
    newest: dict[str, RecentItem] = {}
    purchased: set[str] = set()
    dismissed: set[str] = set()
    for item_id, kind, is_new in rows:
        if kind == "purchase":
            purchased.add(item_id)
        if not is_new:
            continue
        if kind in NEGATIVE_KINDS and item_id not in newest:
            dismissed.add(item_id)
        is_wanted = kind in POSITIVE_KINDS and item_id not in dismissed
        if is_wanted and len(newest) < RECENT_ITEMS:
            newest.setdefault(item_id, RecentItem(item_id, kind))
    return RecentActivity(tuple(newest.values()), frozenset(purchased))


def viewed_items(visitor_key: str, *, n: int) -> list[str]:
    """Return the items that the visitor looked at last, newest first: one query.

    Among the visitor's newest MOST_ROWS rows, which the index gives.
    """
    newest = Interaction.objects.of(visitor_key).order_by("-recorded_at")
    columns = newest.values_list("item_id", "kind", Least("occurred_at", "recorded_at"))
    rows: list[tuple[str, str, datetime]] = within_deadline(
        partial(list, columns[:MOST_ROWS])
    )
    last: dict[str, datetime] = {}
    for item_id, kind, moment in rows:
        if kind == "view":
            last[item_id] = max(last.get(item_id, moment), moment)
    # Ties in the order of the ids, as a database would give them.
    return sorted(sorted(last), key=last.__getitem__, reverse=True)[:n]
