import numpy as np
import pytest

from django_recsys.learning.data import IdMap
from django_recsys.learning.data.item_features import item_features, standardised
from django_recsys.learning.exceptions import DataError


@pytest.fixture
def features():
    table = {
        "item": ["a", "b", 3, "gone"],
        "title": ["red lamp", "blue lamp", None, "red"],
        "category": ["light|home", "light", "", "x"],
        "price": [10.0, 10_000.0, float("nan"), 1.0],
    }
    return item_features(table, IdMap(["3", "a", "b", "without"]))


def column(features, name):
    return features.matrix[:, [features.names.index(name)]].toarray().ravel()


def test_rows_follow_the_id_map(features):
    assert features.matrix.shape == (4, len(features.names))
    assert features.matrix.dtype == np.float32
    lamp = column(features, "title:lamp")
    assert (lamp > 0).tolist() == [False, True, True, False]


def test_labels_are_split_and_rows_have_length_one(features):
    assert column(features, "category=light").tolist() == pytest.approx(
        [0, 2**-0.5, 1, 0]
    )


def test_numbers_are_standardised_and_unknown_ones_stay_average(features):
    price = column(features, "price")
    assert price[[0, 3]].tolist() == [0, 0]
    assert price[1] == pytest.approx(-1)
    assert price[2] == pytest.approx(1)


def test_counts_are_reported(features):
    report = features.report.as_dict()
    assert (report["items"], report["described"], report["unknown"]) == (4, 3, 1)
    assert report["missing"] == {"title": 1, "category": 1, "price": 1}
    assert report["features"] == {"title": 3, "category": 2, "price": 1}


def test_columns_without_values_give_no_features():
    table = {"item": ["a"], "title": [""], "brand": [None]}
    made = item_features(table, IdMap(["a"]))
    assert made.matrix.shape == (1, 0)
    assert item_features({"item": ["a"]}, IdMap(["a"])).matrix.shape == (1, 0)


def test_a_constant_number_has_no_weight():
    assert standardised(np.array([3.0, 3.0])).tolist() == [0, 0]
    assert standardised(np.array([np.nan])).tolist() == [0]


def test_vectors_of_a_host_become_directions():
    table = {"item": ["a", "b", "c"], "vector": [[3.0, 4.0], None, np.array([0, -2])]}
    made = item_features(table, IdMap(["c", "a", "b"]))
    assert made.names == ("vector:0", "vector:1")
    np.testing.assert_allclose(
        made.matrix.toarray(), [[0, -1], [0.6, 0.8], [0, 0]], rtol=1e-6
    )
    assert made.report.missing == {"vector": 1}
    with pytest.raises(DataError, match="differ in length"):
        item_features({"item": ["a", "b"], "vector": [[1], [1, 2]]}, IdMap(["a", "b"]))


def test_features_move_to_another_map(features):
    moved = features.over(IdMap(["new", "b"]))
    assert moved.matrix.shape == (2, len(features.names))
    assert column(moved, "title:blue").tolist()[0] == 0
    assert column(moved, "title:blue").tolist()[1] > 0
