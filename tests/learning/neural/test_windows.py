import numpy as np

from django_recsys.learning.data import Histories
from django_recsys.learning.neural.training.windows import batches, padded, windows_of


def histories_of(*lengths: int) -> Histories:
    starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    rows = int(starts[-1])
    return Histories(starts, np.arange(rows, dtype=np.int32), np.ones(rows), rows)


def test_every_row_but_the_first_is_a_target_once():
    histories = histories_of(0, 1, 2, 7, 23)
    windows = windows_of(histories, 5)
    targets = [
        row
        for first, length in zip(windows.first, windows.lengths, strict=True)
        for row in range(first + 1, first + length)
    ]
    firsts = set(histories.starts[:-1][histories.lengths > 0].tolist())
    assert sorted(targets) == sorted(set(range(33)) - firsts)
    assert windows.targets == len(targets)
    assert windows.lengths.max() == 6


def test_the_newest_rows_stand_in_a_full_window():
    windows = windows_of(histories_of(8), 5)
    assert sorted(zip(windows.first, windows.lengths, strict=True)) == [(0, 3), (2, 6)]


def test_batches_hold_all_windows_and_little_padding():
    random = np.random.default_rng(1)
    windows = windows_of(histories_of(*random.integers(2, 40, 500)), 50)
    groups = list(batches(windows, 300, random))
    assert sorted(np.concatenate(groups)) == list(range(len(windows)))
    places = [len(group) * (windows.lengths[group].max() - 1) for group in groups]
    assert max(places) <= 300
    assert sum(places) < 1.1 * windows.targets


def test_another_epoch_has_another_order():
    windows = windows_of(histories_of(*[5] * 50), 50)
    one, other = (
        next(batches(windows, 40, np.random.default_rng(seed))).tolist()
        for seed in (1, 2)
    )
    assert one != other


def test_padding_is_marked():
    rows, real = padded(np.array([3, 10]), np.array([2, 4]))
    assert rows.tolist() == [[3, 4, 3, 3], [10, 11, 12, 13]]
    assert real.tolist() == [[True, True, False, False], [True] * 4]
