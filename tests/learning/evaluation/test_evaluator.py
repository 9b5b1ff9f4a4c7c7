import numpy as np
import pytest

from django_recsys.learning.algorithms.ease.ease import EASE
from django_recsys.learning.algorithms.neighborhood.item_knn import ItemKNN
from django_recsys.learning.algorithms.popular import Popular
from django_recsys.learning.data import Interactions
from django_recsys.learning.data.preparation import prepare
from django_recsys.learning.evaluation.evaluator import compare, evaluate, score_on
from django_recsys.learning.evaluation.tasks import basket_queries
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.splitting.protocols import temporal_split, validation_split
from django_recsys.testing import interactions_of, taste_clusters


@pytest.fixture(scope="module")
def clusters() -> Interactions:
    return taste_clusters()


def hand_made() -> Interactions:
    """Eight rows train; then a buys y (new) and x (again), and a new user buys x."""
    users = ["a", "b", "c", "d", "a", "b", "c", "d", "a", "a", "new"]
    items = ["x", "x", "x", "y", "z", "z", "y", "y", "y", "x", "x"]
    return Interactions.from_arrays(users, items, timestamps=range(11))


def test_popular_has_the_metrics_computed_by_hand():
    rows = hand_made()
    evaluation = evaluate(Popular(), rows, "temporal")
    # Train: x has 3 users, y 2 (c, d), z 2; floor(0.8 * 11) = 8 rows.
    # a: y is new, ranked before z; the new user's x is first.
    assert evaluation.metric("ndcg@5") == 1.0
    assert evaluation.facts["users_dropped"] == 0
    assert evaluation.values(segment="known").tolist() == [1.0]
    assert evaluation.values(segment="new").tolist() == [1.0]
    anything = evaluation.metric("recall@5", task="any-items", segment="known")
    assert anything == 1.0


def test_items_of_the_future_stay_in_the_denominator():
    rows = Interactions.from_arrays(
        list("aabbccaa"), list("xyxyxyvw"), timestamps=range(8)
    )
    evaluation = evaluate(Popular(), rows, "temporal")
    assert evaluation.metric("recall@100") == 0.0
    assert len(evaluation.values()) == 1


def test_users_without_anything_new_are_left_out_of_new_items():
    rows = Interactions.from_arrays(
        ["a", "b", "a", "b", "a"], ["x", "x", "y", "y", "x"], timestamps=range(5)
    )
    evaluation = evaluate(Popular(), rows, "temporal")
    assert len(evaluation.values(task="new-items")) == 0
    assert len(evaluation.values(task="any-items")) == 1
    assert np.isnan(evaluation.metric(task="new-items"))


def test_leave_one_out_has_the_validation_item_in_the_query_history(clusters):
    evaluation = evaluate(ItemKNN(shrinkage=1.0), clusters, "leave-one-out")
    assert set(evaluation.results) == {"new-items"}
    assert len(evaluation.values()) == 60
    assert evaluation.metric("hit_rate@10") == 1.0
    assert evaluation.facts["fit"] == "train"


def test_a_good_model_is_better_than_a_bad_one_on_the_same_users(clusters):
    good = evaluate(ItemKNN(shrinkage=1.0), clusters, "leave-one-out")
    bad = evaluate(Popular(), clusters, "leave-one-out")
    assert compare(good, bad).is_better
    assert not compare(bad, good).is_better
    assert not compare(good, good).is_better


def test_other_tests_cannot_be_compared(clusters):
    one = evaluate(Popular(), clusters, "leave-one-out")
    other = evaluate(Popular(), hand_made(), "temporal")
    with pytest.raises(DataError, match="have different queries"):
        compare(one, other)


def test_same_run_gives_the_same_report(clusters):
    reports = [evaluate("ease", clusters, "leave-one-out").as_dict() for _ in range(2)]
    assert reports[0]["segments"] == reports[1]["segments"]
    assert reports[0]["lists"] == reports[1]["lists"]


def test_report_has_every_metric_and_segment(clusters):
    report = evaluate(
        Popular(), clusters, "temporal", categories=np.arange(24) // 12
    ).as_dict()
    for n in (5, 10, 20, 50, 100):
        for name in ("precision", "recall", "recall_capped", "f1", "hit_rate"):
            assert f"{name}@{n}" in report
        for name in ("ndcg", "map", "mrr", "coverage", "gini", "novelty"):
            assert f"{name}@{n}" in report
        for name in ("diversity", "personalization", "popularity_bias"):
            assert f"{name}@{n}" in report
    assert set(report["segments"]) == {"new-items", "any-items", "baskets"} - (
        {"baskets"} if "baskets" not in report["segments"] else set()
    )
    assert set(report["segments"]["new-items"]) == {"known", "new", "all"}
    low, high = report["segments"]["new-items"]["all"]["intervals"]["ndcg@10"]
    assert low <= report["ndcg@10"] <= high


def test_gate_measures_a_loaded_model_over_other_ids(clusters):
    parts = validation_split(clusters)
    train, _ = prepare(parts.train)
    ours = ItemKNN(shrinkage=1.0).fit(train)
    theirs = ItemKNN(shrinkage=1.0).fit(train.compact())
    first = score_on(ours, train, parts.test, "new-items")
    second = score_on(theirs, train, parts.test, "new-items")
    np.testing.assert_allclose(first.values(), second.values(), rtol=1e-6)
    assert first.task == "new-items"


def test_gate_measures_the_requested_task(clusters):
    parts = validation_split(clusters)
    train, _ = prepare(parts.train)
    model = EASE().fit(train)
    assert set(score_on(model, train, parts.test, "any-items").results) == {"any-items"}


def test_order_of_rows_of_the_test_does_not_matter(clusters):
    shuffled = clusters.select(np.random.default_rng(0).permutation(len(clusters)))
    one = evaluate(Popular(), clusters, "temporal")
    other = evaluate(Popular(), shuffled, "temporal")
    assert one.metric() == other.metric()


@pytest.fixture
def basket_rows() -> Interactions:
    given = [
        ("a", "bread", 1), ("a", "butter", 1), ("b", "bread", 2), ("b", "butter", 2),
        ("c", "tea", 3), ("c", "milk", 3), ("d", "tea", 4), ("d", "bread", 4),
        ("a", "bread", 9), ("a", "butter", 9), ("e", "tea", 9), ("e", "unknown", 9),
    ]  # fmt: skip
    users, items, times = zip(*given, strict=True)
    return Interactions.from_arrays(users, items, timestamps=times)


def test_basket_queries_withhold_one_item_and_give_the_others(basket_rows):
    parts = temporal_split(basket_rows, share=0.3)
    queries = basket_queries(parts.train, parts.test)
    # e's basket has but one item that training knows.
    assert len(queries.histories) == 1
    (question,) = queries.tasks
    held = set(question.relevant.indices.tolist())
    given = set(queries.histories.item_indices.tolist())
    names = basket_rows.items.ids
    assert {names[each] for each in held | given} == {"bread", "butter"}
    assert not held & given


def test_test_without_usable_baskets_raises(basket_rows):
    parts = temporal_split(basket_rows, share=0.3)
    test = parts.test.select(slice(0, 1))
    assert basket_queries(parts.train, test) is None
    model = Popular().fit(parts.train)
    with pytest.raises(DataError, match="no basket of two items"):
        score_on(model, parts.train, test, "baskets")


def test_large_tests_draw_a_seeded_sample_of_baskets(monkeypatch):
    from django_recsys.learning.evaluation import tasks as tasks

    monkeypatch.setattr(tasks, "MOST_BASKETS", 3)
    rows = Interactions.from_arrays(
        np.repeat(np.arange(20), 2), ["x", "y"] * 20, timestamps=np.repeat(range(20), 2)
    )
    queries = [basket_queries(rows, rows) for _ in range(2)]
    assert len(queries[0].users) == 3
    assert queries[0].users.tolist() == queries[1].users.tolist()


def test_recency_uses_positions_where_there_are_no_times():
    rows = interactions_of({f"{u}": ["x", "y", f"z{u % 3}"] for u in range(9)})
    positions = Interactions.from_arrays(
        rows.users.ids[rows.user_indices],
        rows.items.ids[rows.item_indices],
        timestamps=rows.timestamps,
        has_times=False,
    )
    evaluation = evaluate("item_knn", positions, "leave-one-out")
    assert evaluation.facts["tied_times"] == 0


def test_interval_of_a_metric_holds_its_mean(clusters):
    evaluation = evaluate(Popular(), clusters, "leave-one-out")
    low, high = evaluation.interval()
    assert low <= evaluation.metric() <= high


def test_baskets_are_queries_of_the_temporal_split_only(clusters):
    evaluation = evaluate("bought_together", clusters, "leave-one-out")
    assert set(evaluation.results) == {"new-items"}


def test_queries_without_scores_fall_back_to_popularity():
    rows = hand_made()
    popular = evaluate(Popular(), rows, "temporal")
    model = evaluate(ItemKNN(shrinkage=1.0), rows, "temporal")
    again = evaluate("buy_again", rows, "temporal")
    # The new user has no history, and buy_again scores no new items.
    for task in ("new-items", "any-items"):
        ours = model.values(task=task, segment="new")
        assert ours.tolist() == popular.values(task=task, segment="new").tolist()
    ours = again.values(task="new-items")
    assert ours.tolist() == popular.values(task="new-items").tolist()


def test_fallback_leaves_out_what_the_task_leaves_out():
    rows = Interactions.from_arrays(
        ["a", "b", "b", "c", "a", "c"], list("xxyyyx"), timestamps=range(6)
    )
    evaluation = evaluate("buy_again", rows, "temporal")
    # Each had one of the two items: only the other one may be shown.
    assert evaluation.values(task="new-items").tolist() == [1.0, 1.0]
    assert evaluation.metric("precision@5", task="new-items") == pytest.approx(0.2)


NOBODY = {
    "leave-one-out of two items each": ("leave-one-out", {}, {}),
    "an empty given test": ("given-split", {"is_test": np.zeros(4, dtype=bool)}, {}),
    "nothing but low ratings": (
        "temporal",
        {},
        {"weights": [5, 5, 5, 0], "timestamps": [1, 2, 3, 4], "kinds": ["rating"] * 4},
    ),
    "nothing but ratings of 0": (
        "temporal",
        {},
        {"weights": [0] * 4, "timestamps": [1, 2, 3, 4], "kinds": ["rating"] * 4},
    ),
}


@pytest.mark.parametrize("algorithm", ["popular", "item_knn", "bought_together"])
@pytest.mark.parametrize("case", NOBODY)
def test_nobody_to_evaluate_is_said(case, algorithm):
    protocol, how, columns = NOBODY[case]
    rows = Interactions.from_arrays(list("aabb"), list("1212"), **columns)
    with pytest.raises(DataError, match="The test holds nobody to evaluate"):
        evaluate(algorithm, rows, protocol, **how)


def test_a_test_of_known_items_alone_is_told_apart():
    rows = Interactions.from_arrays(list("aabb"), list("1112"))
    is_test = np.array([False, True, False, False])
    with pytest.raises(DataError, match="its 1 users took was not new to them"):
        evaluate("popular", rows, "given-split", is_test=is_test)
