"""The same transformer in other libraries, for neural_speed.py.

Each runs in an environment of its own, without django_recsys: nothing of ours is
imported here.

    python benchmarks/neural_peers.py rectools|recbole FILE EPOCHS
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

SIZE, BLOCKS, HEADS, LENGTH = 64, 2, 2, 50
RATE, DROPOUT = 1e-3, 0.5


def rectools(path: Path, epochs: int) -> dict:
    """Train with RecTools' SASRec: softmax over all items, its own batches."""
    import pandas as pd
    from rectools import Columns
    from rectools.dataset import Dataset
    from rectools.models import SASRecModel

    rows = pd.read_csv(path)
    frame = pd.DataFrame(
        {
            Columns.User: rows["user"],
            Columns.Item: rows["item"],
            Columns.Weight: 1.0,
            Columns.Datetime: pd.to_datetime(rows["position"], unit="s"),
        }
    )
    model = SASRecModel(
        n_factors=SIZE,
        n_blocks=BLOCKS,
        n_heads=HEADS,
        session_max_len=LENGTH,
        dropout_rate=DROPOUT,
        loss="softmax",
        lr=RATE,
        epochs=epochs,
        batch_size=128,
        dataloader_num_workers=0,
    )
    dataset = Dataset.construct(frame)
    begun = time.process_time(), time.monotonic()
    model.fit(dataset)
    return measured(begun, targets_of(rows) * epochs)


def recbole(path: Path, epochs: int) -> dict:
    """Train with RecBole's SASRec: softmax over all items, a row per prefix."""
    import pandas as pd
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.model.sequential_recommender import SASRec
    from recbole.trainer import Trainer

    rows = pd.read_csv(path)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "rows"
        target.mkdir()
        names = {"user": "user_id:token", "item": "item_id:token"}
        names["position"] = "timestamp:float"
        frame = rows[list(names)].rename(columns=names)
        frame.to_csv(target / "rows.inter", sep="\t", index=False)
        settings = {
            "data_path": folder,
            "USER_ID_FIELD": "user_id",
            "ITEM_ID_FIELD": "item_id",
            "TIME_FIELD": "timestamp",
            "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
            "MAX_ITEM_LIST_LENGTH": LENGTH,
            "hidden_size": SIZE,
            "inner_size": 2 * SIZE,
            "n_layers": BLOCKS,
            "n_heads": HEADS,
            "hidden_dropout_prob": DROPOUT,
            "attn_dropout_prob": DROPOUT,
            "loss_type": "CE",
            "train_neg_sample_args": None,
            "epochs": epochs,
            "learning_rate": RATE,
            "train_batch_size": 512,
            "eval_args": {
                "split": {"LS": "valid_and_test"},
                "order": "TO",
                "mode": "full",
            },
            "use_gpu": False,
            "show_progress": False,
            "checkpoint_dir": folder,
        }
        sys.argv = sys.argv[:1]  # it reads the command line by itself
        config = Config(model=SASRec, dataset="rows", config_dict=settings)
        train, _, _ = data_preparation(config, create_dataset(config))
        model = SASRec(config, train.dataset)
        trainer = Trainer(config, model)
        model.train()
        begun = time.process_time(), time.monotonic()
        steps = 0
        # One epoch of prefixes takes very long: so many batches tell the rate.
        for batch in train:
            trainer.optimizer.zero_grad()
            model.calculate_loss(batch).backward()
            trainer.optimizer.step()
            steps += 1
            if steps == BATCHES_OF_PREFIXES:
                break
    return measured(begun, steps * 512)


BATCHES_OF_PREFIXES = 12


def targets_of(rows) -> int:
    """Return how many rows of the file are predicted from those before them."""
    lengths = rows.groupby("user").size()
    return int(lengths.clip(upper=LENGTH + 1).sum() - len(lengths))


def measured(begun: tuple[float, float], targets: int) -> dict:
    cpu, wall = time.process_time() - begun[0], time.monotonic() - begun[1]
    return {"cpu_seconds": cpu, "wall_seconds": wall, "targets": targets}


if __name__ == "__main__":
    peer = {"rectools": rectools, "recbole": recbole}[sys.argv[1]]
    print(json.dumps(peer(Path(sys.argv[2]), int(sys.argv[3]))))
