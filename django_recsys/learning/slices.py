"""Answers that were worked out a slice of queries at a time."""

from __future__ import annotations

import numpy as np

from .top_items import PADDING


def spread(
    found: tuple[np.ndarray, np.ndarray], rows: np.ndarray, length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Put the answers to some queries in their places, the others padded."""
    indices, scores = found
    if len(rows) == length:
        return found
    all_indices = np.full((length, indices.shape[1]), PADDING, dtype=np.int32)
    all_scores = np.full((length, indices.shape[1]), -np.inf, dtype=np.float32)
    all_indices[rows], all_scores[rows] = indices, scores
    return all_indices, all_scores


def joined(
    parts: list[tuple[np.ndarray, np.ndarray]], width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the slices' answers as one; empty ones keep their width."""
    if not parts:
        return np.empty((0, width), np.int32), np.empty((0, width), np.float32)
    indices, scores = zip(*parts, strict=True)
    return np.concatenate(indices), np.concatenate(scores)
