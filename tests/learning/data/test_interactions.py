import numpy as np
import pytest

from django_recsys.learning.data import Histories, IdMap, Interactions
from django_recsys.learning.exceptions import DataError


def test_id_map_is_sorted_as_text_and_codes_follow():
    ids, codes = IdMap.from_values([10, 9, 10, 100])
    assert ids.ids.tolist() == ["10", "100", "9"]
    assert codes.tolist() == [0, 2, 0, 1]


def test_id_map_does_not_depend_on_the_type_of_the_values():
    numbers, texts = (
        IdMap.from_values(np.array([3, 20])),
        IdMap.from_values(["20", "3"]),
    )
    assert numbers[0].ids.tolist() == texts[0].ids.tolist()


def test_unknown_ids_are_minus_one_in_order():
    assert IdMap(["a", "b"]).indices(["b", "x", "a"]).tolist() == [1, -1, 0]


def test_id_map_refuses_repeated_ids():
    with pytest.raises(DataError):
        IdMap(["a", "a"])


def test_lengths_must_agree():
    with pytest.raises(DataError, match="item_indices has 1 values where users have 2"):
        Interactions.from_arrays(["1", "2"], ["a"])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_must_be_finite(bad):
    with pytest.raises(DataError, match="weights: the value in row 1 is not a finite"):
        Interactions.from_arrays(["1", "2"], ["a", "b"], weights=[1, bad])


def test_row_order_counts_without_timestamps():
    rows = Interactions.from_arrays(["1", "1"], ["b", "a"])
    assert not rows.has_times
    assert rows.histories().item_indices.tolist() == [1, 0]


def test_user_items_sums_repeated_pairs():
    rows = Interactions.from_arrays(["1", "1", "2"], ["a", "a", "b"], weights=[2, 3, 1])
    assert rows.user_items().toarray().tolist() == [[5, 0], [0, 1]]


def test_item_counts_are_users_not_rows():
    rows = Interactions.from_arrays(["1", "1", "2"], ["a", "a", "a"])
    assert rows.item_counts().tolist() == [2]


def test_select_keeps_the_maps_and_compact_shrinks_them():
    rows = Interactions.from_arrays(
        ["1", "2"], ["a", "b"], kinds=["view", "purchase"], baskets=["x", "y"]
    )
    some = rows.select(rows.is_kind("purchase"))
    assert (len(some), some.shape) == (1, (2, 2))
    small = some.compact()
    assert small.users.ids.tolist() == ["2"]
    assert small.items.ids[small.item_indices].tolist() == ["b"]


@pytest.fixture
def histories() -> Histories:
    return Interactions.from_arrays(
        ["1", "1", "1", "3", "3"],
        ["a", "b", "c", "b", "b"],
        timestamps=[20.0, 10.0, 20.0, 5.0, 6.0],
    ).histories()


def test_histories_run_from_oldest_to_newest(histories):
    assert histories.starts.tolist() == [0, 3, 5]
    assert histories.item_indices.tolist() == [1, 0, 2, 1, 1]


def test_rows_of_one_moment_share_an_age(histories):
    assert histories.ages().tolist() == [1, 0, 0, 1, 0]


def test_history_matrix_sums_repeated_items(histories):
    assert histories.matrix().toarray().tolist() == [[1, 1, 1], [0, 2, 0]]


def test_selecting_minus_one_gives_an_empty_history(histories):
    chosen = histories.select(np.array([1, -1, 0]))
    assert chosen.lengths.tolist() == [2, 0, 3]
    assert chosen.item_indices.tolist() == [1, 1, 1, 0, 2]
    assert chosen.ages().tolist() == [1, 0, 1, 0, 0]


def test_sequences_are_padded_on_the_left(histories):
    assert histories.sequences(2, padding=-1).tolist() == [[0, 2], [1, 1]]
    assert histories.sequences(4, padding=-1).tolist() == [
        [-1, 1, 0, 2],
        [-1, -1, 1, 1],
    ]


def test_mapped_leaves_out_what_the_other_map_lacks(histories):
    moved = histories.mapped(np.array([-1, 4, 0]), n_items=5)
    assert moved.lengths.tolist() == [2, 2]
    assert moved.item_indices.tolist() == [4, 0, 4, 4]


def test_from_ids_leaves_out_unknown_items():
    made = Histories.from_ids([["b", "x"], [], ["a"]], IdMap(["a", "b"]))
    assert made.lengths.tolist() == [1, 0, 1]
    assert made.item_indices.tolist() == [1, 0]


def test_broken_histories_are_refused():
    with pytest.raises(DataError):
        Histories(np.array([0, 2]), np.zeros(1, np.int32), np.ones(1), n_items=3)
    with pytest.raises(DataError):
        Histories(np.array([0, 1]), np.zeros(1, np.int32), np.ones(2), n_items=3)


def test_ids_must_be_a_plain_sequence():
    with pytest.raises(DataError, match="one-dimensional"):
        Interactions.from_arrays(np.array([["1"]]), np.array([["a"]]))
    with pytest.raises(DataError, match=r"user is \['1'\], which is no id"):
        Interactions.from_arrays([["1"]], [["a"]])


def test_more_kinds_than_a_byte_holds_are_refused():
    many = [str(n) for n in range(300)]
    with pytest.raises(DataError, match="300 kinds"):
        Interactions.from_arrays(many, many, kinds=many)


def test_added_items_and_users_are_at_the_end_of_the_maps():
    rows = Interactions.from_arrays([1, 2], ["b", "c"])
    wider = rows.with_items(["a", "b", "a", 7]).with_users([2, 3])
    assert wider.items.ids.tolist() == ["b", "c", "a", "7"]
    assert wider.users.ids.tolist() == ["1", "2", "3"]
    assert wider.user_items().shape == (3, 4)
    assert rows.with_items(["b"]).items is rows.items
