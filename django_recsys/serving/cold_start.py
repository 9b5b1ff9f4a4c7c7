"""What is shown before anything was trained, so that a shop's first page is full."""

from collections import defaultdict
from collections.abc import Iterator

from django_recsys.catalog import get_catalog
from django_recsys.conf import get_settings
from django_recsys.database.deadline import within_deadline
from django_recsys.models import Interaction

from .cache import get_or_build
from .candidates import Candidate

INTERACTIONS = 2000
"""How many of the newest interactions are counted."""
ITEMS = 200

MOST_WANTED = "recent_interest"
NEWEST = "newest"
"""Sources, where no model is one."""


def cold_start_candidates() -> Iterator[Candidate]:
    """Yield what visitors dealt with lately, then the newest items."""
    for source, item_ids in get_or_build("cold-start", read_cold_start_lists).items():
        for position, item_id in enumerate(item_ids, start=1):
            yield Candidate(item_id, 1.0 / position, source)


def read_cold_start_lists() -> dict[str, list[str]]:
    """Read both lists: two bounded queries, once in `cache.SECONDS`."""
    return {
        MOST_WANTED: within_deadline(items_of_recent_interest),
        NEWEST: get_catalog().newest_ids(ITEMS),
    }


def items_of_recent_interest() -> list[str]:
    """Weigh the newest interactions by their kind, each person's with an item once.

    Whoever looks at an item a hundred times says what a single look says.
    """
    weights = get_settings().weights
    strongest: dict[tuple[str, str], float] = {}
    newest = Interaction.objects.order_by("-pk")
    for visitor_key, item_id, kind in newest.values_list(
        "visitor_key", "item_id", "kind"
    )[:INTERACTIONS]:
        pair, weight = (visitor_key, item_id), weights.get(kind, 0)
        if abs(weight) > abs(strongest.get(pair, 0)):
            strongest[pair] = weight
    totals: dict[str, float] = defaultdict(float)
    for (_visitor, item_id), weight in strongest.items():
        totals[item_id] += weight
    liked = [item_id for item_id, total in totals.items() if total > 0]
    return sorted(liked, key=lambda item_id: (-totals[item_id], item_id))[:ITEMS]
