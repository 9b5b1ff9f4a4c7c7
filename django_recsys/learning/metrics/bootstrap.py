"""Bootstrap intervals of means over users, with a fixed seed."""

import numpy as np

RESAMPLES = 1000
SEED = 20_121_123
CONFIDENCE = 0.95
_CELLS = 1 << 22  # draws held at a time


def bootstrap(
    values: np.ndarray, *, resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[np.ndarray, np.ndarray]:
    """Return the low and high end of each column's mean, over resampled users.

    values: (n_users, n_columns). Gives two arrays (n_columns,); NaN without users.
    """
    n_users, n_columns = values.shape
    if n_users == 0:
        nothing = np.full(n_columns, np.nan)
        return nothing, nothing.copy()
    random = np.random.default_rng(seed)
    means = np.empty((resamples, n_columns))
    step = max(1, _CELLS // n_users)
    for at in range(0, resamples, step):
        rows = min(step, resamples - at)
        drawn = random.integers(0, n_users, (rows, n_users), dtype=np.int32)
        drawn += np.arange(rows, dtype=np.int32)[:, None] * np.int32(n_users)
        times = np.bincount(drawn.ravel(), minlength=rows * n_users)
        means[at : at + rows] = times.reshape(rows, n_users) @ values / n_users
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, (tail, 1 - tail), axis=0)
    return low, high
