import numpy as np
import pytest

from django_recsys.learning.algorithms.baskets import _co_occurrence
from django_recsys.learning.algorithms.baskets.bought_together import BoughtTogether
from django_recsys.learning.data import Interactions
from django_recsys.testing import RecommenderContract


class TestBoughtTogether(RecommenderContract):
    def make_recommender(self):
        return BoughtTogether(significance=0.0)


def baskets(*given: tuple[str, str], **options) -> Interactions:
    """Return rows of (customer, items as letters), one basket each."""
    users = [user for user, items in given for _ in items]
    items = [item for _, each in given for item in each]
    numbers = [n for n, (_, each) in enumerate(given) for _ in each]
    return Interactions.from_arrays(users, items, baskets=numbers, **options)


OTHERS = [(f"o{n}", "xy" if n % 2 else "vw") for n in range(40)]


def partners(model, item, rows):
    shown = model.fit(rows).similar_items([item], n=5).item_ids[0]
    return [each for each in shown.tolist() if each]


def test_pair_of_three_customers_is_shown_and_of_two_is_not():
    two = [("1", "ab"), ("2", "ab")]
    assert partners(BoughtTogether(), "a", baskets(*two, *OTHERS)) == []
    three = [*two, ("3", "ab")]
    assert partners(BoughtTogether(), "a", baskets(*three, *OTHERS)) == ["b"]


def test_one_customer_with_many_baskets_is_one_customer():
    rows = baskets(*[("1", "ab")] * 30, ("2", "ab"), *OTHERS)
    assert partners(BoughtTogether(), "a", rows) == []


def test_independent_items_are_no_pair():
    rows = baskets(*[(f"{n}", "am" if n % 2 else "bm") for n in range(30)])
    assert partners(BoughtTogether(), "a", rows) == []


def test_scores_of_several_items_add_up():
    rows = baskets(*[(f"{n}", "abc") for n in range(4)], *OTHERS)
    model = BoughtTogether().fit(rows)
    answer = model.recommend([""], histories=[["a", "b"]], n=1)
    assert answer.item_ids.tolist() == [["c"]]
    assert answer.scores[0, 0] == pytest.approx(
        sum(share for _, share in model.explain(["a", "b"], "c"))
    )


def test_views_make_no_basket():
    given = [(f"{n}", "ab") for n in range(4)]
    rows = baskets(*given, kinds=["view", "purchase"] * 4)
    assert partners(BoughtTogether(significance=0.0), "a", rows) == []
    none = BoughtTogether().fit(rows.select(rows.is_kind("view")))
    assert none.weights_.nnz == 0


def test_huge_baskets_are_left_out():
    rows = baskets(*[(f"{n}", "ab" + "cdefgh") for n in range(5)], *OTHERS)
    assert partners(BoughtTogether(largest_basket=4), "a", rows) == []


def test_only_the_best_partners_are_kept():
    rows = baskets(*[(f"{n}", "abcdef") for n in range(5)], *OTHERS)
    assert len(partners(BoughtTogether(neighbors=2), "a", rows)) == 2


def test_counting_does_not_depend_on_the_size_of_the_blocks(monkeypatch):
    random = np.random.default_rng(0)
    given = _co_occurrence.gather_baskets(
        random.integers(0, 60, 500),
        random.integers(0, 20, 500),
        random.integers(0, 9, 500),
        50,
    )
    whole = _co_occurrence.count_pairs(given, 1)
    monkeypatch.setattr(_co_occurrence, "PAIRS_PER_BLOCK", 30)
    parts = _co_occurrence.count_pairs(given, 1)
    np.testing.assert_array_equal(whole.first, parts.first)
    np.testing.assert_array_equal(whole.baskets, parts.baskets)
    matrix = np.zeros((len(given.customers), 20))
    matrix[np.repeat(np.arange(len(matrix)), np.diff(given.starts)), given.items] = 1
    together = matrix.T @ matrix
    np.testing.assert_array_equal(whole.baskets, together[whole.first, whole.second])


def test_log_likelihood_ratio_of_known_tables():
    independent = _co_occurrence.log_likelihood_ratio(
        np.array([25]), np.array([50]), np.array([50]), 100
    )
    assert independent[0] == pytest.approx(0)
    always = _co_occurrence.log_likelihood_ratio(
        np.array([50]), np.array([50]), np.array([50]), 100
    )
    assert always[0] == pytest.approx(2 * 100 * np.log(2))


def test_padding_has_no_reason():
    fitted = BoughtTogether().fit(baskets(("1", "ab"), ("2", "ab"), *OTHERS))
    histories = baskets(("1", "ab")).histories()
    padded = np.full((1, 3), -1)
    assert fitted.explain_indices(histories, padded).tolist() == [[-1, -1, -1]]


def weights_of(measure, rows):
    model = BoughtTogether(measure=measure, significance=0.0, shrinkage=0.0).fit(rows)
    ids = rows.items.indices(["a", "b"])
    return model.weights_[[ids[0]], :].toarray()[0, ids[1]], (
        model.weights_[[ids[1]], :].toarray()[0, ids[0]]
    )


def test_measures_by_hand():
    with_both = [(f"{n}", "ab") for n in range(4)]
    with_one = [(f"{n}", "bx") for n in range(4, 8)]
    others = [(f"{n}", "xy") for n in range(8, 20)]
    rows = baskets(*with_both, *with_one, *others)
    # 20 baskets: a in 4, b in 8, both in 4.
    assert weights_of("lift", rows) == pytest.approx((2.5, 2.5))
    assert weights_of("support", rows) == pytest.approx((0.2, 0.2))
    assert weights_of("confidence", rows) == pytest.approx((1.0, 0.5))


@pytest.mark.parametrize("measure", ["lift", "confidence", "support"])
def test_no_account_decides_alone_what_goes_together(measure):
    """Four thousand baskets of one, and two helpers, against 200 customers."""
    customers = [f"c{number}" for number in range(200)]
    whale = [*["whale"] * 4000, "helper 1", "helper 2"]
    owners = [*customers, *whale]
    partners = [*["saucer"] * 200, *["spam"] * 4002]
    users = [owner for owner in owners for _ in range(2)]
    items = [item for partner in partners for item in ("cup", partner)]
    baskets = [f"{number}" for number in range(len(owners)) for _ in range(2)]
    rows = Interactions.from_arrays(users, items, baskets=baskets)

    model = BoughtTogether(measure=measure, significance=0.0).fit(rows)

    assert model.similar_items(["cup"], n=1).item_ids.tolist() == [["saucer"]]
