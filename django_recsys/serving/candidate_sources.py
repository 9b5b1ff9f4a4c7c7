"""The candidates of a placement, by what it is based on."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from django_recsys.models import Placement, RankedItems

from .candidates import (
    Candidate,
    Seed,
    adjust,
    from_list,
    from_neighbors,
    read_neighbors,
    seeds_of,
)
from .live_models import Pointer
from .placements import PlacementRule
from .visitor_history import (
    RecentItem,
    StoredLists,
    recent_activity,
    stored_lists,
    viewed_items,
)

NEIGHBOR_SOURCES = ("item_knn", "ease")
"""Whose neighbours move a list between trainings, in order of preference."""

Basis = Placement.Basis
Pointers = Mapping[str, Pointer]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list is wanted for."""

    rule: PlacementRule
    visitor_key: str | None
    items: Mapping[str, str]
    """Id to title of the items on the page; the title may be empty."""
    excluded: frozenset[str]
    size: int

    @property
    def left_out(self) -> frozenset[str]:
        """What is on the page already."""
        return self.excluded | frozenset(self.items)


@dataclass(frozen=True, slots=True)
class CandidateSet:
    """Candidates in order, and what is known of the visitor's purchases."""

    candidates: Iterable[Candidate] = ()
    """Read once."""
    purchased: frozenset[str] | None = None
    """Everything that the visitor bought, None where that was not asked."""
    is_clean: bool = False
    """Whether the candidates hold no purchase, as those of a quiet visitor's list."""
    is_moved: bool = False
    """Whether the visitor did something since the training: queries were spent."""


NOTHING = CandidateSet()


def candidates_for(query: ListQuery, pointers: Pointers) -> CandidateSet:
    """Return the candidates that depend on the visitor or on the page."""
    found = SOURCES[query.rule.basis]
    return found(query, pointers) if found else NOTHING


def for_visitor(query: ListQuery, pointers: Pointers) -> CandidateSet:
    """Return the stored lists, moved by what the visitor did since the training.

    One query; where something happened since, two more. A stored list leaves out
    what was bought before the training.
    """
    key, rule = query.visitor_key, query.rule
    own = {name: pointers[name] for name in rule.sources if name in pointers}
    if key is None or not own:
        return NOTHING
    until = next(iter(own.values())).data_until
    ids = [pointer.trained_model_id for pointer in own.values()]
    stored = stored_lists(key, ids, until=until)
    lists = own_lists(stored, own)
    if not (
        stored.has_new_events and (rule.follows_visitor or rule.excludes_purchased)
    ):
        return CandidateSet(chain.from_iterable(lists), is_clean=True)
    activity = recent_activity(
        key,
        since=until if stored.packed else None,
        with_purchases=rule.excludes_purchased,
    )
    first = list(next(lists, ()))
    if rule.follows_visitor:
        first = adjust(first, around(activity.items, pointers))
    return CandidateSet(
        chain(first, chain.from_iterable(lists)),
        activity.purchased if rule.excludes_purchased else None,
        is_moved=True,
    )


def own_lists(stored: StoredLists, own: Pointers) -> Iterator[Iterator[Candidate]]:
    """Yield the visitor's lists in the order of the placement, unpacked when read."""
    for name, pointer in own.items():
        packed = stored.packed.get(pointer.trained_model_id)
        if packed is not None:
            yield from_list(RankedItems.unpacked(packed), name)


def around(recent: Sequence[RecentItem], pointers: Pointers) -> list[Candidate]:
    """Return the neighbours of recent items, from the first model that has any."""
    sources = {name: pointers[name] for name in NEIGHBOR_SOURCES if name in pointers}
    if not recent or not sources:
        return []
    seeds = seeds_of(recent)
    ids = [pointer.trained_model_id for pointer in sources.values()]
    neighbors = read_neighbors(ids, seeds)
    for name, pointer in sources.items():
        found = from_neighbors(neighbors.get(pointer.trained_model_id, {}), seeds, name)
        if found:
            return found
    return []


def for_items(query: ListQuery, pointers: Pointers) -> CandidateSet:
    """Return neighbours of the items on the page, source by source: one query."""
    names = [name for name in query.rule.sources if name in pointers]
    relation = relation_of(query.rule)
    seeds = [Seed(item_id, relation) for item_id in query.items]
    if not seeds or not names:
        return NOTHING
    ids = [pointers[name].trained_model_id for name in names]
    neighbors = read_neighbors(ids, seeds)
    found: list[Candidate] = []
    for name in names:
        lists = neighbors.get(pointers[name].trained_model_id, {})
        found += from_neighbors(lists, seeds, name)
    return CandidateSet(found)


def relation_of(rule: PlacementRule) -> str:
    """Return how a reason names an item of the page."""
    return "bought-together" if rule.recommender == "bought_together" else "similar"


def for_recent(query: ListQuery, pointers: Pointers) -> CandidateSet:
    """Return the neighbours of what the visitor looked at last."""
    if query.visitor_key is None:
        return NOTHING
    viewed = viewed_items(query.visitor_key, n=3)
    return CandidateSet(around([RecentItem(item, "view") for item in viewed], pointers))


def for_history(query: ListQuery, pointers: Pointers) -> CandidateSet:
    """Return what the visitor looked at last, as it is."""
    if query.visitor_key is None:
        return NOTHING
    wanted = query.size + len(query.left_out)
    viewed = viewed_items(query.visitor_key, n=2 * wanted)
    return CandidateSet(
        [
            Candidate(item_id, 1.0 / position, "recently_viewed")
            for position, item_id in enumerate(viewed, start=1)
        ]
    )


SOURCES: Mapping[str, Callable[[ListQuery, Pointers], CandidateSet] | None] = {
    Basis.VISITOR: for_visitor,
    Basis.ITEMS: for_items,
    Basis.RECENT: for_recent,
    Basis.HISTORY: for_history,
    Basis.EVERYONE: None,
}
