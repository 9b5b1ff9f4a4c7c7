"""How lists and neighbours become one ranking."""

import pytest

from django_recsys.models.lists import RankedItems
from django_recsys.serving.candidates import (
    RECENT_DECAY,
    Candidate,
    Seed,
    adjust,
    from_list,
    from_neighbors,
    seeds_of,
)
from django_recsys.serving.visitor_history import RecentItem, summarize


def ids(candidates):
    return [candidate.item_id for candidate in candidates]


def test_scores_of_a_list_are_relative_to_its_first():
    found = list(from_list(RankedItems(["a", "b"], [4.0, 1.0], [None, None]), "ease"))
    assert [candidate.score for candidate in found] == [1.0, 0.25]


@pytest.mark.parametrize("scores", [[0.0, -1.0], [-1.0, -2.0]])
def test_scores_that_cannot_scale_are_left(scores):
    found = from_list(RankedItems(["a", "b"], scores, [None, None]), "ease")
    assert [candidate.score for candidate in found] == scores


def test_newer_seed_weighs_more_and_names_the_reason():
    seeds = seeds_of([RecentItem("new", "view"), RecentItem("old", "cart_add")])
    lists = {
        "new": RankedItems(["x", "old"], [1.0, 0.9], [None, None]),
        "old": RankedItems(["y", "x"], [1.0, 0.2], [None, None]),
    }
    found = from_neighbors(lists, seeds, "item_knn")
    assert ids(found) == ["x", "y"]
    assert found[0].score == 1.0
    assert (found[0].reason.item_id, found[0].reason.kind) == ("new", "view")
    assert found[1].reason.kind == "cart_add"


def test_each_older_item_counts_less_than_the_next_newer_one():
    kinds = [RecentItem(item, "view") for item in ("new", "older", "oldest")]
    weights = [seed.weight for seed in seeds_of(kinds)]
    assert weights == pytest.approx([1, RECENT_DECAY, RECENT_DECAY**2])
    assert RECENT_DECAY < 1
    alike = {
        item: RankedItems([f"near {item}"], [1.0], [None])
        for item in ("oldest", "older", "new")
    }
    found = from_neighbors(alike, seeds_of(kinds), "item_knn")
    assert ids(found) == ["near new", "near older", "near oldest"]


def test_seeds_without_neighbours_give_nothing():
    assert from_neighbors({}, [Seed("a", "view")], "item_knn") == []


def test_recent_interest_moves_a_list_but_does_not_replace_it():
    stored = [Candidate("a", 1.0, "ease"), Candidate("b", 0.9, "ease")]
    recent = [Candidate("c", 1.0, "item_knn"), Candidate("b", 0.5, "item_knn")]
    mixed = adjust(stored, recent)
    assert ids(mixed) == ["b", "a", "c"]
    assert [candidate.source for candidate in mixed] == ["ease", "ease", "item_knn"]
    assert adjust(stored, []) == stored
    assert adjust([], recent) == recent


def test_the_larger_part_gives_source_and_reason():
    stored = [Candidate("a", 1.0, "ease"), Candidate("b", 0.2, "ease")]
    recent = [Candidate("b", 0.8, "item_knn")]
    mixed = {each.item_id: each for each in adjust(stored, recent)}
    assert mixed["b"].source == "item_knn"
    assert mixed["b"].score == pytest.approx(0.5 * 0.2 + 0.5 * 0.8)
    assert mixed["a"].score == pytest.approx(0.5)


def test_summary_takes_each_item_once_newest_first():
    rows = [
        ("a", "removal", 1),
        ("a", "cart_add", 1),
        ("b", "cart_add", 1),
        ("b", "removal", 1),
        ("b", "view", 1),
        ("c", "purchase", 0),
        ("d", "rating", 1),
    ]
    activity = summarize(rows)
    assert activity.items == (RecentItem("b", "cart_add"),)
    assert activity.purchased == {"c"}


def test_summary_keeps_the_ten_newest():
    activity = summarize([(str(number), "view", 1) for number in range(30)])
    assert [item.item_id for item in activity.items] == list(map(str, range(10)))


def test_an_item_without_neighbours_stops_no_other():
    neighbors = {"b": RankedItems(["c"], [1.0], [None])}
    seeds = [Seed("a", "view"), Seed("b", "view")]
    assert [each.item_id for each in from_neighbors(neighbors, seeds, "x")] == ["c"]
