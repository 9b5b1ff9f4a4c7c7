"""Windows of histories to train on, and batches of about equal length."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from django_recsys.learning.data import Histories

POOL = 64  # batches whose windows are sorted by length together


@dataclass(frozen=True, eq=False)
class Windows:
    """Consecutive rows of histories; each row but the first is a target."""

    first: np.ndarray
    """(n_windows,) int64, the first row of each."""
    lengths: np.ndarray
    """(n_windows,) int64, rows in each, at least 2."""

    def __len__(self) -> int:
        return len(self.first)

    @property
    def targets(self) -> int:
        """Number of rows that are targets."""
        return int(self.lengths.sum()) - len(self)


def windows_of(histories: Histories, length: int) -> Windows:
    """Split every history into windows of at most ``length`` targets, newest first.

    Neighbouring windows share one row: the last target of the older one is the first
    input of the newer one. So every row but a history's first is a target once.
    """
    steps = np.maximum(histories.lengths - 1, 0)
    counts = -(-steps // length)
    owners = np.repeat(np.arange(len(histories)), counts)
    place = np.arange(len(owners)) - (np.cumsum(counts) - counts)[owners]
    ends = histories.starts[1:][owners] - place * length
    first = np.maximum(ends - length - 1, histories.starts[:-1][owners])
    return Windows(first=first, lengths=ends - first)


def batches(
    windows: Windows, tokens: int, random: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield indices of windows, shuffled, in batches of about ``tokens`` inputs.

    Windows of one batch have nearly the same length, so that there is little padding;
    the order of the batches is random.
    """
    order = random.permutation(len(windows))
    inputs = windows.lengths - 1
    mean = max(float(inputs.mean()), 1.0)
    pool = max(1, int(POOL * tokens / mean))
    groups = []
    for at in range(0, len(order), pool):
        some = order[at : at + pool]
        some = some[np.argsort(inputs[some], kind="stable")]
        groups += _cut(some, inputs, tokens)
    for group in random.permutation(len(groups)):
        yield groups[group]


def _cut(
    sorted_windows: np.ndarray, inputs: np.ndarray, tokens: int
) -> list[np.ndarray]:
    """Split windows sorted by length into padded batches of at most ``tokens``."""
    groups, begin = [], 0
    for end, width in enumerate(inputs[sorted_windows].tolist()):
        if end > begin and (end - begin + 1) * width > tokens:
            groups.append(sorted_windows[begin:end])
            begin = end
    groups.append(sorted_windows[begin:])
    return groups


def padded(first: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows (n, longest) of each window, right-padded, and which are real.

    Padded places repeat the first row, so that any array can be indexed.
    """
    steps = np.arange(int(lengths.max(initial=0)))
    real = steps < lengths[:, None]
    return np.where(real, first[:, None] + steps, first[:, None]), real
