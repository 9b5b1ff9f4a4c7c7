import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from django_recsys.learning.data import pair_codes
from django_recsys.learning.evaluation.validation import validation_split_of
from django_recsys.learning.exceptions import DataError, MissingExtraError
from django_recsys.learning.recommender import TrainingOptions
from django_recsys.learning.registry import (
    create,
    get_recommender_class,
    import_with_extra,
)
from django_recsys.learning.splitting.protocols import (
    temporal_split,
    tenth_of_each_user,
)
from django_recsys.learning.tuning.search_space import dimensions
from django_recsys.testing import taste_clusters

tuning = pytest.importorskip(
    "django_recsys.learning.tuning.search", exc_type=ImportError
)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def rows():
    return taste_clusters(users=80, items=30, taken=9)


def shuffled_test(rows):
    """Give every row of the test another item."""
    parts = temporal_split(rows)
    later = rows.timestamps >= parts.test.timestamps.min()
    items = rows.item_indices.copy()
    items[later] = np.random.default_rng(5).permutation(items[later])
    return replace(rows, item_indices=items)


def test_shuffling_the_test_rows_changes_no_choice(rows):
    first, second = (
        tuning.tune("item_knn", each, time_budget=HOUR, most_trials=8)
        for each in (rows, shuffled_test(rows))
    )
    assert not np.array_equal(rows.item_indices, shuffled_test(rows).item_indices)
    assert first.hyperparameters == second.hyperparameters
    assert [each.score for each in first.trials] == [
        each.score for each in second.trials
    ]


def test_a_bad_start_is_improved_and_the_gain_is_reported(rows):
    found = tuning.tune(
        "item_knn",
        rows,
        time_budget=HOUR,
        start={"neighbors": 1, "shrinkage": 1000.0},
        most_trials=15,
    )
    assert found.trials[0].hyperparameters["neighbors"] == 1
    assert found.score > found.start_score
    assert found.gain.mean == pytest.approx(found.score - found.start_score)
    assert found.gain.low <= found.gain.mean <= found.gain.high
    assert json.loads(json.dumps(found.as_dict()))["stopped"] == "trials"


def test_time_ends_the_search_after_the_start_at_least(rows):
    found = tuning.tune("item_knn", rows, time_budget=timedelta(seconds=0))
    assert (found.stopped, len(found.trials)) == ("time", 1)
    assert found.hyperparameters == found.start
    assert found.gain.mean == 0.0


def test_a_deep_model_trains_no_longer_than_the_rest_of_the_budget(rows, tmp_path):
    pytest.importorskip("torch")

    reports = []

    def run():
        return tuning.tune(
            "gru",
            rows,
            time_budget=timedelta(seconds=1),
            start={"epochs": 1000, "patience": 1000, "embedding_size": 4},
            storage=tmp_path / "search.log",
            options=TrainingOptions(progress=reports.append),
        )

    found = run()
    assert (found.stopped, len(found.trials)) == ("time", 1)
    epochs = [each.message for each in reports if each.message.startswith("epoch ")]
    assert not any(each.startswith("epoch 1000 of 1000") for each in epochs)
    assert epochs[0].startswith("epoch 1 of 1000")
    again = run()  # goes on where nothing is left
    assert again.score == found.score
    assert again.gain.mean == 0.0


def test_the_search_ends_without_gain(rows):
    found = tuning.tune("trending", rows, time_budget=HOUR, patience=3)
    assert found.stopped == "patience"
    assert len(found.trials) < 20


def test_a_search_is_resumed_from_its_file(rows, tmp_path):
    file = tmp_path / "search.log"

    def run(trials):
        return tuning.tune(
            "item_knn",
            rows,
            time_budget=HOUR,
            most_trials=trials,
            patience=99,
            storage=file,
        )

    first = run(4)
    second = run(9)
    assert second.trials[:4] == first.trials
    assert len(second.trials) == 9
    settings = {repr(each.hyperparameters) for each in second.trials}
    assert len(settings) > 5


def test_progress_is_reported(rows):
    reports = []
    tuning.tune(
        "item_knn",
        rows,
        time_budget=HOUR,
        most_trials=3,
        options=TrainingOptions(progress=reports.append),
    )
    assert [round(each.fraction, 2) for each in reports] == [0.33, 0.67, 1.0]
    assert "best ndcg@10" in reports[-1].message


def test_an_algorithm_without_choices_raises(rows):
    with pytest.raises(DataError, match="popular has nothing to tune"):
        tuning.tune("popular", rows, time_budget=HOUR)


def test_the_search_stays_in_the_declared_ranges():
    cls = get_recommender_class("content")
    start = create("content").hyperparameters
    space = {each.name: each for each in dimensions(cls, start)}
    assert space["embedding_size"].high == 1024
    assert space["recency"].automatic == -1
    assert space["recency"].proposal(-1.0) == {"recency:automatic": True}
    assert space["recency"].proposal(3.0) == {"recency:automatic": False, "recency": 3}
    assert (space["recency"].low, space["recency"].is_log) == (0.5, True)
    share = space["new_items"]
    assert (share.low, share.high, share.is_log) == (0, 1, False)
    assert share.automatic == -1


@pytest.mark.parametrize("protocol", ["temporal", "leave-one-out", "given-split"])
def test_validation_never_holds_a_row_of_the_test(rows, protocol):
    is_test = np.zeros(len(rows), dtype=bool)
    is_test[::7] = True
    cut = validation_split_of(rows, protocol, is_test=is_test)
    if protocol == "given-split":
        known = rows.select(~is_test)
    elif protocol == "temporal":
        known = temporal_split(rows).train
    else:
        last = [max(rows.timestamps[rows.user_indices == u]) for u in range(80)]
        known = rows.select(rows.timestamps < np.array(last)[rows.user_indices])
    used = np.concatenate([pair_codes(cut.train), pair_codes(cut.test)])
    assert len(cut.test)
    assert set(used) <= set(pair_codes(known))


def test_a_tenth_of_each_user_takes_pairs_whole(rows):
    twice = rows.select(np.repeat(np.arange(len(rows)), 2))
    held = tenth_of_each_user(twice)
    assert np.array_equal(held[::2], held[1::2])
    assert set(np.bincount(twice.user_indices[held]) // 2) == {1}


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    monkeypatch.delitem(
        __import__("sys").modules, "django_recsys.learning.tuning.search"
    )
    with pytest.raises(MissingExtraError, match=r"django-recsys\[tuning\]"):
        import_with_extra("tuning.search", "tuning")
