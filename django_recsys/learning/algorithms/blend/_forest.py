"""Boosted trees as plain arrays, which an artifact can hold."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from django_recsys.learning.exceptions import RecsysError

ROWS_AT_A_TIME = 1 << 15


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees whose values add up."""

    nodes: np.ndarray
    """(n_nodes, 5) float64: the column that decides, -1 at a leaf; the threshold, up to
    which rows go left; the left and the right child; the value, 0 but at a leaf."""
    roots: np.ndarray
    """(n_trees,) int64; none where there is no forest."""

    @classmethod
    def none(cls) -> Self:
        """Return a forest without trees."""
        return cls(np.zeros((0, 5)), np.zeros(0, dtype=np.int64))

    @classmethod
    def of(cls, model: Any, columns: np.ndarray) -> Self:
        """Return the trees of a fitted HistGradientBoostingClassifier of two classes.

        columns: (n_features of the model,) their places in the rows to predict. The
        model has no public view of its nodes, so the caller compares the predictions
        with ``decision_function``. The baseline of all trees is left out: it changes no
        order. Raises RecsysError where this scikit-learn keeps the nodes elsewhere.
        """
        try:
            trees = [stage[0].nodes for stage in model._predictors]
        except (AttributeError, TypeError, IndexError) as error:
            raise unreadable_trees() from error
        lengths = [len(nodes) for nodes in trees]
        roots = np.cumsum([0, *lengths[:-1]])
        nodes = np.concatenate(trees)
        shift = np.repeat(roots, lengths)
        table = np.column_stack(
            [
                columns[nodes["feature_idx"]],
                nodes["num_threshold"],
                nodes["left"] + shift,
                nodes["right"] + shift,
                np.zeros(len(nodes)),
            ]
        )
        is_leaf = nodes["is_leaf"].astype(bool)
        table[is_leaf] = [-1, 0, 0, 0, 0]
        table[is_leaf, 4] = nodes["value"][is_leaf]
        return cls(table, roots.astype(np.int64))

    def __bool__(self) -> bool:
        return bool(len(self.roots))

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return (n_rows,) float64; rows: (n_rows, n_features) without NaN."""
        parts = [
            self._predict(np.ascontiguousarray(rows[at : at + ROWS_AT_A_TIME].T))
            for at in range(0, len(rows), ROWS_AT_A_TIME)
        ]
        return np.concatenate([np.zeros(0), *parts])

    def _predict(self, columns: np.ndarray) -> np.ndarray:
        # columns: (n_features, n_rows)
        feature = self.nodes[:, 0].astype(np.int32)
        threshold, value = self.nodes[:, 1].copy(), self.nodes[:, 4].copy()
        children = self.nodes[:, 2:4].astype(np.int32)
        total = np.zeros(columns.shape[1])
        for root in self.roots.tolist():
            node = np.full(len(total), root, dtype=np.int32)
            walking = np.arange(len(total) if feature[root] >= 0 else 0)
            while len(walking):
                at = node[walking]
                right = columns[feature[at], walking] > threshold[at]
                node[walking] = at = children[at, right.astype(np.int8)]
                walking = walking[feature[at] >= 0]
            total += value[node]
        return total


def unreadable_trees() -> RecsysError:
    """Return the error for trees of a scikit-learn that is not known yet."""
    import sklearn

    return RecsysError(
        f"The trees of scikit-learn {sklearn.__version__} cannot be read. Install a "
        "version that django_recsys was tested with, or set blend.method to 'weighted'."
    )
