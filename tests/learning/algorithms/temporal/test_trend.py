import numpy as np
import pytest

from django_recsys.learning.algorithms.ease.ease import EASE
from django_recsys.learning.algorithms.factorization.als import ImplicitALS
from django_recsys.learning.algorithms.factorization.svd import SVD
from django_recsys.learning.algorithms.neighborhood.graph import Graph
from django_recsys.learning.algorithms.neighborhood.item_knn import ItemKNN
from django_recsys.learning.algorithms.neighborhood.sequence_rules import SequenceRules
from django_recsys.learning.algorithms.neighborhood.user_knn import UserKNN
from django_recsys.learning.algorithms.temporal import (
    item_trends,
    learned_trend,
    selection,
    trend_factors,
)
from django_recsys.learning.algorithms.temporal.selection import (
    Choice,
    choices,
    choose,
    one_standard_error_choice,
)
from django_recsys.learning.algorithms.temporal.trend import PRIOR_PURCHASES
from django_recsys.learning.data import Interactions

DAY = 86_400.0
WEEKS = 20


def rows_of(*rows: tuple[str, str, float], has_times: bool = True) -> Interactions:
    users, items, days = zip(*rows, strict=True)
    return Interactions.from_arrays(
        users, items, timestamps=np.array(days) * DAY, has_times=has_times
    )


def fashion(users: int = 400, is_changing: bool = True) -> Interactions:
    """Return first purchases; in a changing shop each week has its own items."""
    random = np.random.default_rng(0)
    rows = []
    for user in range(users):
        for week in np.sort(random.choice(WEEKS, 6, replace=False)).tolist():
            pool = week * 3 if is_changing else 0
            item = pool + int(random.integers(12 if is_changing else 70))
            rows.append((f"{user}", f"{item}", week * 7 + random.random()))
    return rows_of(*rows)


def test_recent_first_purchases_make_a_trend():
    old = [(f"u{each}", "old", 0.0) for each in range(20)]
    new = [(f"u{each}", "new", 100.0) for each in range(20)]
    rows = rows_of(*old, *new)
    trends = dict(zip(rows.items.ids, item_trends(rows), strict=True))
    assert trends["new"] > 1 > trends["old"]


def test_repeat_purchases_make_no_trend():
    once = [(f"u{each}", item, 0.0) for each in range(20) for item in ("a", "b")]
    again = [(f"u{each}", "a", 100.0) for each in range(20)]
    a, b = item_trends(rows_of(*once, *again))
    assert a == b


def test_a_single_purchase_is_drawn_to_the_mean_of_the_shop():
    usual = [(f"u{each}", "usual", float(each)) for each in range(100)]
    rows = rows_of(*usual, ("v", "rare", 100.0))
    rare = item_trends(rows)[rows.items.indices(["rare"])[0]]
    assert 1 < rare < 3


def test_without_times_there_is_no_trend():
    rows = rows_of(("1", "a", 0.0), ("2", "b", 9.0), has_times=False)
    assert item_trends(rows).tolist() == [1, 1]
    assert learned_trend(-1.0, rows, seed=0).tolist() == [1, 1]


def test_the_factor_of_a_mean_trend_is_one():
    factors = trend_factors(np.array([0.5, 1.0, 4.0]), 2.0)
    assert factors.tolist() == pytest.approx([2 / 3, 1, 3])
    assert trend_factors(np.array([0.5, 4.0]), 0.0).tolist() == [1, 1]


def test_a_changing_shop_chooses_a_trend_and_a_steady_one_does_not():
    assert choose(fashion(), seed=0).trend >= 1
    assert choose(fashion(is_changing=False), seed=0).trend == 0


def test_factor_models_need_a_larger_gain_for_a_trend():
    # Gains and losses alternate: the mean gain is 1.8 standard errors.
    gain = np.where(np.arange(100) % 2, 1.0, -0.7) * 0.1
    values = np.stack([np.zeros(100), gain])
    assert one_standard_error_choice(values) == 1
    assert one_standard_error_choice(values, selection.STRICT_STANDARD_ERRORS) == 0


@pytest.mark.parametrize(("model", "chosen"), [(EASE, 3), (ImplicitALS, 1), (SVD, 1)])
def test_factor_models_use_the_weaker_trend(monkeypatch, model, chosen):
    rows = fashion(60)
    monkeypatch.setattr(selection, "choose", lambda *_: Choice(0.0, 3.0, 1.0))
    found = model().fit(rows).trend_
    assert found.tolist() == trend_factors(item_trends(rows), chosen).tolist()


def test_the_choice_is_made_once_for_all_models_of_a_fit(monkeypatch):
    rows = fashion(60)
    first = choices(rows, seed=0)
    monkeypatch.setattr(
        "django_recsys.learning.algorithms.temporal.selection.choose", None
    )
    assert choices(rows, seed=0) is first


@pytest.mark.parametrize("shape", [(20, 60), (60, 20)])
@pytest.mark.parametrize(
    "model", [EASE, Graph, ImplicitALS, ItemKNN, SVD, SequenceRules, UserKNN]
)
def test_scores_and_reasons_are_multiplied_by_the_trend(model, shape):
    users, items = shape
    random = np.random.default_rng(1)
    rows = Interactions.from_arrays(
        random.integers(0, users, 300),
        random.integers(0, items, 300),
        timestamps=random.uniform(0, 100, 300) * DAY,
    )
    plain, trendy = model(trend=0).fit(rows), model(trend=5).fit(rows)
    histories, user_indices = rows.histories(), np.arange(len(rows.users))
    held = rows.user_items().toarray() > 0
    factors = np.where(held, 1, trend_factors(item_trends(rows), 5))
    np.testing.assert_allclose(
        trendy.score_indices(histories, user_indices),
        plain.score_indices(histories, user_indices) * factors,
        atol=1e-4,
    )
    if not trendy.capabilities.can_explain:
        return
    history = rows.items.ids[:5].tolist()
    item = rows.items.ids[7]
    factor = trendy.trend_[7]
    ours, theirs = trendy.explain(history, item), plain.explain(history, item)
    assert [share for _, share in ours] == pytest.approx(
        [share * factor for _, share in theirs], rel=1e-3
    )


def test_a_first_purchase_counts_half_after_a_week():
    """Twenty users first bought "a" today, twenty "b" a week ago."""
    users = [f"u{number}" for number in range(40)]
    items = ["a"] * 20 + ["b"] * 20
    times = np.repeat([1_700_000_000.0, 1_700_000_000.0 - 7 * DAY], 20)
    rows = Interactions.from_arrays(users, items, timestamps=times)
    recent, of_shop = np.array([20, 10]), 30 / 40
    prior = PRIOR_PURCHASES
    expected = (recent + prior * of_shop) / ((20 + prior) * of_shop)
    np.testing.assert_allclose(item_trends(rows), expected, rtol=1e-5)
    assert prior == 10
