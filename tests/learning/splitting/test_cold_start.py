import numpy as np
import pytest

from django_recsys.learning.evaluation.evaluator import evaluate
from django_recsys.learning.evaluation.validation import validation_split_of
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.splitting.cold_start import withhold_items
from django_recsys.learning.splitting.protocols import leave_one_out, temporal_split
from django_recsys.testing import taste_clusters


@pytest.fixture(scope="module")
def rows():
    return taste_clusters(users=60)


def items_of(rows):
    return set(rows.item_indices.tolist())


@pytest.mark.parametrize("protocol", [temporal_split, leave_one_out])
def test_cold_items_are_tested_and_never_trained_on(rows, protocol):
    whole = protocol(rows)
    cut = withhold_items(whole, 0.25)
    tested = items_of(cut.test)
    assert tested
    assert not tested & items_of(cut.train)
    assert not tested & items_of(cut.context)
    assert len(items_of(cut.train)) <= round(0.75 * len(rows.items))
    assert len(cut.test) < len(whole.test)


def test_the_draw_does_not_depend_on_the_order_of_rows(rows):
    random = np.random.default_rng(5)
    shuffled = rows.select(random.permutation(len(rows)))
    first = withhold_items(temporal_split(rows), 0.25)
    second = withhold_items(temporal_split(shuffled), 0.25)
    assert items_of(first.test) == items_of(second.test)


def test_another_draw_withholds_other_items(rows):
    first, again, other = (
        evaluate("popular", rows, cold_items=0.25, cold_draw=draw).facts
        for draw in (0, 0, 1)
    )
    size = "train_interactions"
    assert first[size] == again[size] != other[size]


def test_all_items_are_ranked_and_models_of_interactions_find_no_new_item(rows):
    for name in ("popular", "item_knn"):
        found = evaluate(name, rows, cold_items=0.25)
        assert found.metric("hit_rate@20") == 0
        assert found.facts["cold_items"] == 0.25
        assert found.facts["items"] == len(rows.items)


@pytest.mark.parametrize("protocol", ["temporal", "leave-one-out"])
def test_validation_withholds_items_of_its_own(rows, protocol):
    test = withhold_items(
        {"temporal": temporal_split}.get(protocol, leave_one_out)(rows), 0.2
    )
    cut = validation_split_of(rows, protocol, cold_items=0.2)
    assert items_of(cut.test)
    for part in (cut.train, cut.context, cut.test):
        assert not items_of(part) & items_of(test.test)
    assert not items_of(cut.train) & items_of(cut.test)


def test_a_wrong_share_and_an_empty_test_are_refused(rows):
    with pytest.raises(DataError, match="between 0 and 1"):
        withhold_items(temporal_split(rows), 1.5)
    few = rows.select(np.arange(10))
    with pytest.raises(DataError, match="no rows to train or test on"):
        withhold_items(temporal_split(few), 0.999)


def test_the_context_of_leave_one_out_loses_only_cold_items(rows):
    whole = leave_one_out(rows)
    parts = withhold_items(whole, 0.2)
    cold = set(parts.test.item_indices)
    assert len(parts.context) > len(parts.train)
    assert not cold & set(parts.context.item_indices)


def test_a_negative_share_is_refused(rows):
    with pytest.raises(DataError, match=r"share of cold items is -0\.5"):
        withhold_items(leave_one_out(rows), -0.5)


def test_the_draw_stays_the_same(rows):
    """Figures of one release are compared with those of another."""
    cut = withhold_items(temporal_split(rows), 0.1)
    validation = validation_split_of(rows, "temporal", cold_items=0.1)
    names = rows.items.ids
    assert sorted(names[list(items_of(cut.test))].tolist()) == ["i0", "i23"]
    assert sorted(names[list(items_of(validation.test))].tolist()) == ["i10", "i7"]
