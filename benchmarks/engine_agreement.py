"""The quality of the same model fitted by two libraries, by one evaluator."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from django_recsys.learning.algorithms.ease.ease import EASE
from django_recsys.learning.data import Interactions
from django_recsys.learning.evaluation.evaluator import score_on
from django_recsys.learning.splitting.protocols import leave_one_out

METRICS = ("ndcg@10", "hit_rate@10")


def ease_metrics(
    rows: Interactions, python: str, peers: Path, regularization: float
) -> dict[str, dict[str, float]]:
    """Return metrics of our EASE and of LensKit's, fitted on the same rows.

    python: of an environment with lenskit; peers: the file that runs there. LensKit's
    weights replace ours, so that the same code scores and evaluates both.
    """
    parts = leave_one_out(rows, hits="all")
    train = parts.train
    ours = EASE(regularization=regularization, recency=0.0, trend=0.0).fit(train)
    found = {"engine": _metrics(ours, train, parts.test)}
    with tempfile.TemporaryDirectory() as folder:
        path, weights = Path(folder) / "train.parquet", Path(folder) / "weights.npz"
        users = train.users.ids[train.user_indices]
        items = train.items.ids[train.item_indices]
        pq.write_table(pa.table({"user": users, "item": items}), path)
        command = [python, str(peers), "--worker", "lenskit", str(path), str(weights)]
        subprocess.run(command, check=True, capture_output=True)
        with np.load(weights) as theirs:
            places = train.items.indices(theirs["ids"])
            ours.item_weights_ = np.zeros_like(ours.item_weights_)
            ours.item_weights_[np.ix_(places, places)] = theirs["weights"]
    return found | {"lenskit": _metrics(ours, train, parts.test)}


def _metrics(model: EASE, train: Interactions, test: Interactions) -> dict[str, float]:
    result = score_on(model, train, test, "new-items")
    return {name: result.metric(name) for name in METRICS}
