import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from django_recsys.learning import registry
from django_recsys.learning.algorithms.temporal.selection import (
    _queries,
    _split,
    count_eval_users,
)
from django_recsys.learning.exceptions import TooLargeError
from django_recsys.learning.recommender import TrainingOptions
from django_recsys.learning.registry import ALGORITHMS, create
from django_recsys.learning.resources.cost_terms import TERMS
from django_recsys.learning.resources.costs import CHOICE, COSTS
from django_recsys.learning.resources.memory import available_memory
from django_recsys.learning.resources.planner import (
    Sizes,
    arrange,
    in_words,
    plan,
)
from django_recsys.testing import interactions_of, taste_clusters

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
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
    for costs in (CHOICE, *COSTS.values()):
        assert set(costs) == {"memory", "seconds"}
        assert {*costs["memory"], *costs["seconds"]} <= set(TERMS)


@pytest.mark.skipif(not BENCHMARKS.exists(), reason="part of a checkout only")
def test_every_run_above_the_floors_is_predicted_within_the_factor(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from engine_scaling_costs import FACTOR, FLOORS
    from engine_scaling_runs import read_runs

    runs = [each for each in read_runs() if each["algorithm"] in COSTS]
    assert len(runs) > 300
    wrong = {}
    for run in runs:
        sizes = Sizes(**run["sizes"])
        found = plan(run["algorithm"], sizes, run["hyperparameters"])
        for kind, floor in FLOORS.items():
            ratio = getattr(found, kind) / run[kind]
            if run[kind] > floor and not 1 / FACTOR <= ratio <= FACTOR:
                name = f"{run['algorithm']} of {run['amount']} {run['source']}"
                wrong[f"{name}, {run['set']}: {kind}"] = round(ratio, 2)
    assert wrong == {}


def test_eval_users_are_counted_as_the_choice_of_recency_does():
    rows = taste_clusters(users=80, items=30, taken=9)
    histories, relevant = _queries(_split(rows), 0)
    eval_users, context_rows = count_eval_users(rows)
    assert eval_users == relevant.shape[0]
    assert context_rows == pytest.approx(len(histories.item_indices), rel=0.2)
    assert count_eval_users(taste_clusters(users=20)) == (0, 0)
    nothing = rows.select(np.zeros(len(rows), dtype=bool))
    assert count_eval_users(nothing) == (0, 0)


def test_a_choice_without_users_costs_next_to_nothing():
    many = Sizes.guessed(users=1_000, items=5_000, interactions=50_000)
    few = replace(many, eval_users=0, context_rows=0)
    bare = plan("user_knn", many, {"recency": 0, "trend": 0})
    assert plan("user_knn", many).cpu_seconds > 5 * bare.cpu_seconds
    assert plan("user_knn", few).cpu_seconds < bare.cpu_seconds + 0.1
    assert (
        plan("user_knn", few).memory_bytes < 0.2 * plan("user_knn", many).memory_bytes
    )


def test_a_blend_costs_its_sources_twice_unless_weights_are_given():
    sources = {"sources": "als,item_knn"}
    with_ranker = plan("blend", GROCER, sources)
    summed = plan("blend", GROCER, sources | {"weights": "1,1"})
    one = plan("blend", GROCER, {"sources": "als", "weights": "1"})
    assert one.cpu_seconds == pytest.approx(plan("als", GROCER).cpu_seconds)
    assert with_ranker.cpu_seconds > 2 * summed.cpu_seconds
    assert with_ranker.memory_bytes > summed.memory_bytes > one.memory_bytes


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


def test_ease_that_fits_in_neither_form_is_limited_with_a_remark():
    found = arrange("ease", MARKETPLACE, memory_bytes=8 * GIGABYTE)
    most = found.hyperparameters["most_items"]
    assert 5_000 < most < 60_000
    assert found.estimate.memory_bytes <= 8 * GIGABYTE
    assert f"{most:,} most popular of 300,000 items" in found.remark
    larger = {"most_items": most + 200}
    assert plan("ease", MARKETPLACE, larger).memory_bytes > 0.8 * 8 * GIGABYTE


def test_what_does_not_fit_is_refused_naming_what_fits():
    with pytest.raises(TooLargeError) as caught:
        arrange("als", MARKETPLACE, {"embedding_size": 1024}, memory_bytes=GIGABYTE)
    sentence = str(caught.value)
    assert sentence.startswith("als needs about ")
    assert "400,000 users, 300,000 items and 8,000,000 interactions" in sentence
    assert re.search(r"What fits: .*buy_again \(\d+ MB, ", sentence)


def test_only_what_is_installed_is_offered(monkeypatch):
    def offered(module):
        monkeypatch.setitem(registry.EXTRA_MODULES, "neural", module)
        with pytest.raises(TooLargeError) as caught:
            arrange("als", MARKETPLACE, {"embedding_size": 1024}, memory_bytes=5e9)
        return str(caught.value)

    assert "gru (" in offered("numpy")
    assert "gru (" not in offered("no_such_module")
    assert plan("gru", MARKETPLACE) is not None


def test_algorithms_without_measured_costs_pass(monkeypatch):
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
def test_amounts_of_memory_read_as_text(amount, words):
    assert in_words(amount) == words
