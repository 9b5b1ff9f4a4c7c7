import math

import numpy as np
import pytest
import pytrec_eval
from scipy.sparse import csr_array

from django_recsys.learning.metrics.bootstrap import bootstrap
from django_recsys.learning.metrics.lists import gini, list_metrics, tied_share
from django_recsys.learning.metrics.ranking import CUTOFFS, ranking_metrics
from django_recsys.learning.metrics.ranks import rank_relevant
from django_recsys.learning.numerics.top_k import mask_scores


def random_test(users=40, items=400, seed=0):
    random = np.random.default_rng(seed)
    scores = random.permutation(users * items).reshape(users, items).astype(np.float32)
    relevant = random.random((users, items)) < random.random((users, 1)) * 0.2
    relevant[:, 0] = True
    return scores, relevant


def values_of(scores, relevant):
    matrix = csr_array(relevant.astype(np.float32))
    counts = np.diff(matrix.indptr)
    ranks = rank_relevant(mask_scores(scores.copy()), matrix)
    return ranking_metrics(np.repeat(np.arange(len(counts)), counts), ranks, counts)


NAMES = {
    "precision": "P",
    "recall": "recall",
    "ndcg": "ndcg_cut",
    "map": "map_cut",
    "hit_rate": "success",
}


def test_ranking_metrics_agree_with_pytrec_eval():
    scores, relevant = random_test()
    run = {
        str(u): {str(i): float(s) for i, s in enumerate(row)}
        for u, row in enumerate(scores)
    }
    truth = {
        str(u): {str(i): 1 for i in np.flatnonzero(row)}
        for u, row in enumerate(relevant)
    }
    cuts = ",".join(map(str, CUTOFFS))
    measures = {f"{name}.{cuts}" for name in NAMES.values()}
    theirs = pytrec_eval.RelevanceEvaluator(truth, measures).evaluate(run)
    ours = values_of(scores, relevant)
    counts = relevant.sum(axis=1)
    for name, their_name in NAMES.items():
        for n in CUTOFFS:
            expected = np.array(
                [theirs[str(u)][f"{their_name}_{n}"] for u in range(len(scores))]
            )
            if name == "map":  # theirs divides by all relevant, ours by what fits
                expected = expected * counts / np.minimum(counts, n)
            np.testing.assert_allclose(ours[f"{name}@{n}"], expected, atol=1e-6)


def test_mrr_agrees_with_pytrec_eval_where_it_is_found():
    scores, relevant = random_test(seed=3)
    run = {"0": {str(i): float(s) for i, s in enumerate(scores[0])}}
    truth = {"0": {str(i): 1 for i in np.flatnonzero(relevant[0])}}
    theirs = pytrec_eval.RelevanceEvaluator(truth, {"recip_rank"}).evaluate(run)
    ours = values_of(scores, relevant)["mrr@100"][0]
    assert ours == pytest.approx(theirs["0"]["recip_rank"], abs=1e-6)


def test_known_values_of_one_list():
    scores = np.array([[9, 8, 7, 6, 5, 4]], dtype=np.float32)
    relevant = np.array([[False, True, False, True, False, False]])
    values = {name: each[0] for name, each in values_of(scores, relevant).items()}
    assert values["precision@5"] == pytest.approx(2 / 5)
    assert values["recall@5"] == values["recall_capped@5"] == 1
    assert values["f1@5"] == pytest.approx(2 * 0.4 / 1.4)
    assert values["mrr@5"] == 0.5
    assert values["map@5"] == pytest.approx((1 / 2 + 2 / 4) / 2)
    ideal = 1 + 1 / math.log2(3)
    assert values["ndcg@5"] == pytest.approx(
        (1 / math.log2(3) + 1 / math.log2(5)) / ideal
    )


def ranks(scores, relevant):
    matrix = csr_array(np.array([relevant], dtype=np.float32))
    return rank_relevant(
        mask_scores(np.array([scores], dtype=np.float32)), matrix
    ).tolist()


def test_ties_are_pessimistic():
    assert ranks([1, 1, 1, 0], [1, 0, 0, 0]) == [3]


def test_tied_relevant_items_follow_each_other():
    assert sorted(ranks([1, 1, 1, 0], [1, 1, 0, 0])) == [2, 3]
    assert sorted(ranks([1, 1, 0, 0], [1, 1, 0, 0])) == [1, 2]


def test_nan_and_minus_infinity_never_rank():
    assert ranks([np.nan, 1, -np.inf], [1, 0, 1]) == [0, 0]


def test_ranks_past_the_deepest_cutoff_are_zero():
    scores = np.arange(300, 0, -1)
    relevant = np.zeros(300)
    relevant[[99, 100]] = 1
    assert ranks(scores, relevant) == [100, 0]


def test_many_ties_are_ranked_exactly():
    scores = np.zeros(500)
    scores[:3] = [3, 2, 1]
    relevant = np.zeros(500)
    relevant[[1, 2, 250]] = 1
    assert ranks(scores, relevant) == [2, 3, 0]


def test_list_metrics_of_known_lists():
    lists = np.array([[0, 1], [0, 2]])
    metrics = list_metrics(lists, np.array([4, 2, 1, 1]), 4, np.array([7, 7, 8, -1]))
    assert metrics["coverage@5"] == 0.75
    assert metrics["novelty@5"] == pytest.approx((0 + 0 + 1 + 2) / 4)
    assert metrics["personalization@5"] == pytest.approx(0.5)
    assert metrics["diversity@5"] == pytest.approx((0 + 1) / 2)
    taken = (16 + 4 + 1 + 1) / 8
    assert metrics["popularity_bias@5"] == pytest.approx((4 + 4 + 2 + 1) / 4 / taken)


def test_padded_places_show_nothing():
    metrics = list_metrics(np.full((2, 3), -1), np.array([1, 1]), 2, np.array([0, 1]))
    assert metrics["coverage@10"] == metrics["gini@10"] == metrics["diversity@10"] == 0
    assert "novelty@10" not in metrics


def test_gini_is_zero_when_even_and_high_when_one_has_all():
    assert gini(np.array([5, 5, 5])) == pytest.approx(0)
    assert gini(np.array([0, 0, 0, 9])) == pytest.approx(0.75)


def test_tied_places_are_counted():
    scores = np.array([[3, 2, 2, 1], [1, -np.inf, -np.inf, -np.inf]])
    assert tied_share(scores) == pytest.approx(2 / 5)


def test_bootstrap_holds_the_mean_and_repeats():
    values = np.random.default_rng(5).normal(2, 1, (400, 1))
    low, high = bootstrap(values)
    assert low[0] < values.mean() < high[0]
    assert high[0] - low[0] == pytest.approx(2 * 1.96 / 20, rel=0.2)
    assert bootstrap(values)[0][0] == low[0]


def test_bootstrap_of_no_users_is_nan():
    assert np.isnan(bootstrap(np.empty((0, 2)))[0]).all()


def test_a_single_list_has_no_overlap_to_measure():
    found = list_metrics(np.array([[0, 1]]), np.array([1, 1]), 1, None)
    assert not [name for name in found if name.startswith("personalization")]


def test_lists_without_places_have_no_ties():
    assert tied_share(np.full((2, 3), -np.inf)) == 0


def test_padded_places_have_no_category():
    """Two items of category 1 and a padded place: one pair, and it is alike."""
    shown, categories = np.array([[0, 1, -1]]), np.array([1, 1, 2])
    found = list_metrics(shown, np.ones(3), 1, categories)
    assert found["diversity@5"] == 0


def test_one_place_has_no_neighbour_to_be_tied_with():
    nothing = -np.inf
    assert tied_share(np.array([[0.5, nothing]])) == 0
    assert tied_share(np.array([[0.5, 0.5, nothing]])) == 1
    assert tied_share(np.array([[0.7, 0.5, 0.5]])) == pytest.approx(2 / 3)
    assert tied_share(np.array([[nothing, nothing]])) == 0


def test_padding_is_of_no_category():
    """Two items of one category, and a place that is not filled."""
    shown = np.array([[0, 1, -1]])
    found = list_metrics(shown, np.array([1, 1]), 2, np.array([0, 0]))
    assert found["diversity@5"] == 0
