"""What every recommender promises, kept by the deep ones."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from django_recsys.learning.registry import create
from django_recsys.testing import RecommenderContract, checkerboard

pytest.importorskip("torch")

SMALL = {
    "embedding_size": 16,
    "dropout": 0.0,
    "learning_rate": 0.02,
    "item_rate": 4.0,
}
# Without dropout the seed decides whether the pattern is found.
RECURRENT = SMALL | {
    "dropout": 0.3,
    "epochs": 30,
    "batch_tokens": 64,
    "hidden_size": 16,
}


@cache
def fitted_once(contract):
    """Fit on the checkerboard with every user's items in a random order.

    In its own order each item is followed by one and the same, and that is all that a
    model of sequences would learn.
    """
    rows = checkerboard()
    times = np.random.default_rng(0).permutation(len(rows)).astype(np.float64)
    return contract().make_recommender().fit(replace(rows, timestamps=times))


class DeepContract(RecommenderContract):
    @pytest.fixture
    def fitted(self):
        return fitted_once(type(self))


class TestSASRec(DeepContract):
    def make_recommender(self):
        return create("sasrec", **SMALL, epochs=15, batch_tokens=64)


class TestGRU(DeepContract):
    def make_recommender(self):
        return create("gru", **RECURRENT)


class TestLSTM(DeepContract):
    def make_recommender(self):
        return create("lstm", **RECURRENT)


class TestCNN(DeepContract):
    def make_recommender(self):
        return create("cnn", **SMALL, epochs=15, batch_tokens=64, horizontal=4)


class TestAutoencoder(DeepContract):
    def make_recommender(self):
        sizes = {"embedding_size": 8, "hidden_size": 16, "batch_users": 8}
        return create(
            "autoencoder", **sizes, learning_rate=0.01, epochs=60, recency=0.0
        )


class TestDenoising(DeepContract):
    def make_recommender(self):
        sizes = {"embedding_size": 8, "hidden_size": 16, "batch_users": 8}
        return create(
            "autoencoder",
            **sizes,
            variational=False,
            learning_rate=0.01,
            epochs=60,
            recency=0.0,
        )


class TestTwoTower(DeepContract):
    def make_recommender(self):
        return create("two_tower", **SMALL, epochs=15, batch_tokens=64, negatives=16)


class TestTwoTowerOfInterests(DeepContract):
    def make_recommender(self):
        return create(
            "two_tower", **SMALL, epochs=15, batch_tokens=64, negatives=16, interests=3
        )
