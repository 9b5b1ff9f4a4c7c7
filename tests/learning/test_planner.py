import re

import pytest

from django_recsys.learning.base import TrainingOptions
from django_recsys.learning.exceptions import TooLargeError
from django_recsys.learning.planner import (
    Sizes,
    arrange,
    available_memory,
    in_words,
    plan,
)
from django_recsys.learning.planning_costs import COSTS
from django_recsys.learning.planning_terms import TERMS
from django_recsys.learning.registry import ALGORITHMS, create
from django_recsys.testing import interactions_of, taste_clusters

GIGABYTE = 1e9
GROCER = Sizes.guessed(users=2_400, items=62_000, interactions=1_450_000)
MARKETPLACE = Sizes.guessed(users=400_000, items=300_000, interactions=8_000_000)


def test_sizes_are_counted_by_hand():
    rows = interactions_of({"a": ["x", "y", "x"], "b": ["x"]})
    sizes = Sizes.of(rows)
    assert (sizes.users, sizes.items, sizes.interactions, sizes.pairs) == (2, 2, 4, 3)
    assert (sizes.products, sizes.takers) == (2**2 + 1, 2**2 + 1)
    assert sizes.baskets == 4.0


def test_every_cost_names_a_term_and_an_algorithm():
    assert set(COSTS) <= set(ALGORITHMS)
    for costs in COSTS.values():
        assert set(costs) == {"memory", "seconds"}
        assert {*costs["memory"], *costs["seconds"]} <= set(TERMS)


def test_ease_takes_the_smaller_side():
    grocer, marketplace = plan("ease", GROCER), plan("ease", MARKETPLACE)
    assert grocer.memory_bytes < 1 * GIGABYTE
    assert marketplace.memory_bytes > 300 * GIGABYTE


def test_more_factors_take_more():
    small, large = (
        plan("als", MARKETPLACE, {"embedding_size": size}) for size in (32, 256)
    )
    assert large.memory_bytes > 2 * small.memory_bytes
    assert large.cpu_seconds > 2 * small.cpu_seconds


def test_what_fits_is_left_as_it_is():
    found = arrange("ease", GROCER, {"recency": 3.0}, memory_bytes=8 * GIGABYTE)
    assert (dict(found.hyperparameters), found.remark) == ({"recency": 3.0}, "")


def test_ease_beyond_both_sizes_is_cut_to_a_block_and_says_so():
    found = arrange("ease", MARKETPLACE, memory_bytes=8 * GIGABYTE)
    most = found.hyperparameters["most_items"]
    assert 5_000 < most < 60_000
    assert found.estimate.memory_bytes <= 8 * GIGABYTE
    assert f"{most:,} most informative of 300,000 items" in found.remark
    larger = {"most_items": most + 200}
    assert plan("ease", MARKETPLACE, larger).memory_bytes > 0.8 * 8 * GIGABYTE


def test_what_does_not_fit_is_refused_with_what_does():
    with pytest.raises(TooLargeError) as caught:
        arrange("als", MARKETPLACE, {"embedding_size": 1024}, memory_bytes=GIGABYTE)
    sentence = str(caught.value)
    assert sentence.startswith("als needs about ")
    assert "400,000 users, 300,000 items and 8,000,000 interactions" in sentence
    assert re.search(r"What fits: .*buy_again \(\d+ MB, ", sentence)


def test_costs_nobody_measured_let_a_fit_pass(monkeypatch):
    monkeypatch.delitem(COSTS, "als")
    assert plan("als", MARKETPLACE) is None
    assert arrange("als", MARKETPLACE, memory_bytes=1.0).estimate is None


def test_the_arrangement_can_be_fitted():
    rows = taste_clusters(users=80, items=30, taken=9)
    found = arrange("ease", rows)
    model = create("ease", **found.hyperparameters)
    assert model.fit(rows, options=TrainingOptions(threads=1)).is_fitted
    assert 10e6 < available_memory() < 1e13


@pytest.mark.parametrize(
    ("amount", "words"), [(3e5, "1 MB"), (2.5e8, "250 MB"), (1.54e10, "15.4 GB")]
)
def test_amounts_are_said_for_people(amount, words):
    assert in_words(amount) == words
