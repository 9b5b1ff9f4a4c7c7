"""Fill a placement: candidates, then the shop's own queryset, then fallbacks."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Any
from uuid import uuid4

from django.db import DatabaseError
from django.db.models import Model
from django.http import HttpRequest

from django_recsys.catalog import get_catalog
from django_recsys.conf import get_settings
from django_recsys.database.savepoints import savepoint
from django_recsys.exceptions import ConfigurationError
from django_recsys.models import RankedItems
from django_recsys.resilience.log_once import report_once
from django_recsys.resilience.page_cache import mark_personal

from .answers import Answer, Recommendation
from .candidate_sources import CandidateSet, ListQuery, candidates_for
from .candidates import Candidate, from_list
from .cold_start import cold_start_candidates
from .live_models import LiveModels, get_live_models
from .placements import PlacementRule
from .visitor_history import recent_activity

MAX_SIZE = 100
SPARE_SHARE = 3
"""One candidate in so many is asked for beyond the list, for what sold out since."""
GENERAL_SOURCES = frozenset({"popular", "trending"})
"""Recommenders with one list for everyone."""
SECOND_ROUND = 200
"""Candidates read where the first batch left the list short."""


def recommend_for(
    placement: str,
    *,
    visitor_key: str | None = None,
    items: Iterable[Any] = (),
    n: int | None = None,
    exclude: Iterable[Any] = (),
    request: HttpRequest | None = None,
    described: bool = False,
) -> Answer:
    """Return what `placement` shows to this visitor now.

    `items` and `exclude` are instances or ids: what is on the page already. `n` is
    the placement's own size where None. With `described`, the fields that the API
    prints are fetched along. A list of this visitor's own keeps the page of `request`
    out of shared caches. Never raises for a failure of ours: an unknown key, or a
    database that does not answer, gives an empty answer and one line in the log.
    """
    request_id = uuid4().hex
    nothing = Answer(placement, request_id)
    if not get_settings().ENABLED:
        return nothing
    try:
        with savepoint():
            live = get_live_models()
            rule = live.placement(placement)
            if rule is None:
                report_unknown(placement)
            if rule is None or not rule.is_enabled:
                return nothing
            is_personal = rule.is_personal and visitor_key is not None
            if is_personal and request is not None:
                mark_personal(request)
            size = min(max(n if n is not None else rule.size, 1), MAX_SIZE)
            query = make_query(rule, visitor_key, items, exclude, size)
            shown = fill(query, live, request, request_id, described=described)
            title = str(rule.title)
            return Answer(placement, request_id, tuple(shown), title, is_personal)
    except Exception:
        report_once("recommend_for", "Placement %r could not be filled.", placement)
        return nothing


def report_unknown(placement: str) -> None:
    """Say once which key a page asks for in vain."""
    report_once(
        f"placement:{placement}",
        "There is no placement %r: add it in the admin.",
        placement,
        exc_info=False,
    )


def make_query(
    rule: PlacementRule,
    visitor_key: str | None,
    items: Iterable[Any],
    exclude: Iterable[Any],
    size: int,
) -> ListQuery:
    """Put ids for instances, and note the titles that are at hand."""
    catalog = get_catalog()
    titles: dict[str, str] = {}
    for item in items:
        item_id = catalog.item_id(item)
        titles[item_id] = title_at_hand(item)
    excluded = frozenset(catalog.item_id(item) for item in exclude)
    return ListQuery(rule, visitor_key, titles, excluded, size)


def title_at_hand(item: Any) -> str:
    """Return the title of an instance, nothing for an id or for a variant."""
    if not isinstance(item, Model):
        return ""
    try:
        return safe_title(item)
    except ConfigurationError:  # a variant: its item's title is read with the others
        return ""


def safe_title(item: Any) -> str:
    """Return the title of an item, nothing where the shop's own catalog raises."""
    try:
        return get_catalog().title_of(item)
    except (ConfigurationError, DatabaseError):
        raise
    except Exception:
        report_once("title", "The title of %s could not be read.", type(item).__name__)
        return ""


def fill(
    query: ListQuery,
    live: LiveModels,
    request: HttpRequest | None,
    request_id: str,
    *,
    described: bool,
) -> list[Recommendation]:
    """Take candidates in order until the list is full of what may be shown."""
    catalog = get_catalog()
    shown: list[Recommendation] = []
    titles = dict(query.items)
    for batch in batches(query, live):
        ids = [candidate.item_id for candidate in batch]
        ids += missing_titles(batch, titles)
        if not ids:
            break
        visible = catalog.visible(ids, request=request, described=described)
        note_titles(batch, visible, titles)
        for candidate in batch:
            item = visible.get(candidate.item_id)
            if item is None:
                continue
            rank = len(shown) + 1
            shown.append(present(candidate, item, rank, titles, request_id))
            if rank == query.size:
                return shown
    return shown


def batches(query: ListQuery, live: LiveModels) -> Iterator[list[Candidate]]:
    """Yield the candidates that the shop is asked about first, then some more.

    The lists for everyone come after the visitor's own; the first batch does not
    touch them where the own ones suffice, since they may cost a query.
    """
    found = candidates_for(query, live.pointers)
    seen = set(query.left_out)
    if not found.is_clean:
        seen |= purchases_to_leave_out(query, found)
    own = unseen(found.candidates, seen)
    general = unseen(for_everyone(query, found, live, seen), seen)
    # Where recent events took queries, a second batch would be one too many.
    spare = query.size if found.is_moved else query.size // SPARE_SHARE + 1
    amount = query.size + spare
    batch = list(islice(own, amount))
    if len(batch) < query.size:
        batch += islice(general, amount - len(batch))
    yield batch
    yield list(islice(chain(own, general), SECOND_ROUND))


def unseen(candidates: Iterable[Candidate], seen: set[str]) -> Iterator[Candidate]:
    """Yield each item that is not in `seen` yet, where it comes first."""
    for candidate in candidates:
        if candidate.item_id not in seen:
            seen.add(candidate.item_id)
            yield candidate


def for_everyone(
    query: ListQuery, found: CandidateSet, live: LiveModels, seen: set[str]
) -> Iterator[Candidate]:
    """Yield what is the same for all, without what the visitor bought."""
    for position, candidate in enumerate(lists_for_everyone(query, live)):
        if position == 0 and found.is_clean:
            # Only here, since until now nothing that was bought could come up.
            seen |= purchases_to_leave_out(query, found)
        yield candidate


def lists_for_everyone(query: ListQuery, live: LiveModels) -> Iterator[Candidate]:
    """Yield what the placement's recommenders show to everyone, in their order.

    A placement that falls back to such a list has one before any training, too.
    """
    general = [key for key in query.rule.sources if key in live.general]
    for key in general:
        yield from from_list(RankedItems.unpacked(live.general[key]), key)
    if not general and GENERAL_SOURCES.intersection(query.rule.sources):
        yield from cold_start_candidates()


def purchases_to_leave_out(query: ListQuery, found: CandidateSet) -> frozenset[str]:
    """Return what the visitor bought, where the placement leaves that out."""
    if found.purchased is not None:
        return found.purchased
    if not query.rule.excludes_purchased or query.visitor_key is None:
        return frozenset()
    activity = recent_activity(query.visitor_key, since=None, with_purchases=True)
    return activity.purchased


def missing_titles(batch: Sequence[Candidate], titles: Mapping[str, str]) -> list[str]:
    """Return the ids that a reason names and whose titles are not at hand."""
    named = {c.reason.item_id for c in batch if c.reason and not c.reason.title}
    return sorted(item_id for item_id in named if not titles.get(item_id))


def note_titles(
    batch: Collection[Candidate], visible: Mapping[str, Any], titles: dict[str, str]
) -> None:
    """Read the missing titles from the instances that came."""
    for item_id in missing_titles(list(batch), titles):
        if item_id in visible:
            titles[item_id] = safe_title(visible[item_id])


def present(
    candidate: Candidate,
    item: Any,
    rank: int,
    titles: Mapping[str, str],
    request_id: str,
) -> Recommendation:
    """Join a candidate with the instance that the shop allows to show."""
    reason = candidate.reason
    if reason is not None and not reason.title:
        reason = replace(reason, title=titles.get(reason.item_id, ""))
    return Recommendation(
        item_id=candidate.item_id,
        rank=rank,
        score=candidate.score,
        source=candidate.source,
        basis=reason,
        request_id=request_id,
        item=item,
    )
