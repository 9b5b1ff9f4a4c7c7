"""Ranked candidates from stored lists and item neighbours."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django_recsys.models import RankedItems, Reason

from .sql import select_neighbors
from .visitor_history import RecentItem

RECENT_SHARE = 0.5
"""How much of a list what happened since the training may decide."""
RECENT_DECAY = 0.7
"""What each older item counts, relative to the next newer one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that a source proposes, before the shop's own filters."""

    item_id: str
    score: float
    source: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Seed:
    """An item whose neighbours are candidates."""

    item_id: str
    kind: str
    """What it is named in a reason: a kind of interaction, or a relation."""
    weight: float = 1.0


NeighborLists = Mapping[int, Mapping[str, RankedItems]]
"""Trained model, item -> neighbours."""


def seeds_of(recent: Sequence[RecentItem]) -> list[Seed]:
    """Weigh the items of a visitor, newest first."""
    return [
        Seed(item.item_id, item.kind, RECENT_DECAY**age)
        for age, item in enumerate(recent)
    ]


def read_neighbors(
    trained_model_ids: Collection[int], seeds: Sequence[Seed]
) -> NeighborLists:
    """Read the neighbours of the seeds in several models: one query."""
    found: dict[int, dict[str, RankedItems]] = defaultdict(dict)
    item_ids = [seed.item_id for seed in seeds]
    for model_id, item_id, packed in select_neighbors(trained_model_ids, item_ids):
        found[model_id][item_id] = RankedItems.unpacked(packed)
    return found


def from_list(ranked: RankedItems, source: str) -> Iterator[Candidate]:
    """Yield a stored list as candidates, with scores up to 1."""
    top = highest(ranked)
    for item_id, score, reason in zip(
        ranked.item_ids, ranked.scores, ranked.reasons, strict=True
    ):
        yield Candidate(item_id, score / top, source, reason)


def from_neighbors(
    neighbors: Mapping[str, RankedItems], seeds: Sequence[Seed], source: str
) -> list[Candidate]:
    """Add up the neighbours of several seeds; the seeds themselves are left out.

    Scores lie between 0 and 1; the reason is the seed with the largest share, its
    title still to be filled in.
    """
    totals: dict[str, float] = defaultdict(float)
    best: dict[str, tuple[float, Seed]] = {}
    for seed in seeds:
        ranked = neighbors.get(seed.item_id)
        if ranked is None:
            continue
        top = highest(ranked)
        for item_id, score in zip(ranked.item_ids, ranked.scores, strict=True):
            share = seed.weight * score / top
            totals[item_id] += share
            if item_id not in best or share > best[item_id][0]:
                best[item_id] = (share, seed)
    own = {seed.item_id for seed in seeds}
    order = sorted(totals, key=lambda item_id: (-totals[item_id], item_id))
    largest = totals[order[0]] if order else 1.0
    return [
        Candidate(
            item_id,
            totals[item_id] / largest,
            source,
            Reason(best[item_id][1].item_id, "", best[item_id][1].kind),
        )
        for item_id in order
        if item_id not in own
    ]


def adjust(stored: Sequence[Candidate], recent: Sequence[Candidate]) -> list[Candidate]:
    """Mix what the training knew with what the visitor did since.

    Source and reason are those of the part with the larger share.
    """
    if not recent:
        return list(stored)
    if not stored:
        return list(recent)
    known = {candidate.item_id: candidate for candidate in stored}
    mixed: dict[str, Candidate] = {
        item_id: scaled(candidate, 1 - RECENT_SHARE)
        for item_id, candidate in known.items()
    }
    for candidate in recent:
        part = scaled(candidate, RECENT_SHARE)
        before = mixed.get(candidate.item_id)
        if before is not None:
            larger = before if before.score >= part.score else part
            part = Candidate(
                part.item_id, before.score + part.score, larger.source, larger.reason
            )
        mixed[candidate.item_id] = part
    return sorted(mixed.values(), key=lambda candidate: -candidate.score)


def scaled(candidate: Candidate, factor: float) -> Candidate:
    """Return the candidate with its score multiplied."""
    return Candidate(
        candidate.item_id, candidate.score * factor, candidate.source, candidate.reason
    )


def highest(ranked: RankedItems) -> float:
    """Return the first score, 1 where it cannot scale anything."""
    return ranked.scores[0] if ranked.scores and ranked.scores[0] > 0 else 1.0
