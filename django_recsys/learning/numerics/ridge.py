"""A ridge regression from sparse features to several targets at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOST_STEPS = 200
TOLERANCE = 1e-4


def ridge_map(features: csr_array, targets: np.ndarray, ridge: float) -> np.ndarray:
    """Return (n_features, n_targets) float32: (F'F + ridge I)^-1 F' targets.

    features: (n_items, n_features); targets: (n_items, n_targets). By conjugate
    gradients, all targets at once: F'F of ten thousand words is never formed.
    """
    by_feature = features.T.tocsr()
    residual: np.ndarray = np.asarray(by_feature @ targets, dtype=np.float32)
    found = np.zeros_like(residual)
    direction = residual.copy()
    power = _squares(residual)
    enough = power * np.float32(TOLERANCE**2)
    for _ in range(MOST_STEPS):
        if (power <= enough).all():
            break
        image = by_feature @ (features @ direction) + np.float32(ridge) * direction
        step = _ratio(power, np.einsum("ft,ft->t", direction, image))
        found += step * direction
        residual -= step * image
        rest = _squares(residual)
        direction = residual + _ratio(rest, power) * direction
        power = rest
    return found


def _squares(values: np.ndarray) -> np.ndarray:
    result: np.ndarray = np.einsum("ft,ft->t", values, values)
    return result


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    result: np.ndarray = above / np.maximum(below, np.float32(1e-30))
    return result
