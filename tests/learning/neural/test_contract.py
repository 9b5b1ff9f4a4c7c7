"""What every recommender promises, kept by the deep ones."""

from functools import cache

import pytest

from django_recsys.learning.registry import create
from django_recsys.testing import RecommenderContract, checkerboard

pytest.importorskip("torch")

SMALL = {"embedding_size": 16, "dropout": 0.0, "learning_rate": 0.02}


@cache
def fitted_once(contract):
    return contract().make_recommender().fit(checkerboard())


class DeepContract(RecommenderContract):
    @pytest.fixture
    def fitted(self):
        return fitted_once(type(self))


class SequenceContract(DeepContract):
    # The checkerboard's histories all end alike, and nothing ever follows there.
    finds_withheld_item = False


class TestSASRec(SequenceContract):
    def make_recommender(self):
        return create("sasrec", **SMALL, epochs=15, batch_tokens=64)


class TestGRU(SequenceContract):
    def make_recommender(self):
        return create("gru", **SMALL, epochs=15, batch_tokens=64, hidden_size=16)


class TestLSTM(SequenceContract):
    def make_recommender(self):
        return create("lstm", **SMALL, epochs=25, batch_tokens=64, hidden_size=16)


class TestCNN(SequenceContract):
    def make_recommender(self):
        return create("cnn", **SMALL, epochs=15, batch_tokens=64, horizontal=4)


class TestAutoencoder(DeepContract):
    def make_recommender(self):
        sizes = {"embedding_size": 8, "hidden_size": 16, "batch_users": 8}
        return create(
            "autoencoder", **sizes, learning_rate=0.01, epochs=100, recency=0.0
        )


class TestDenoising(DeepContract):
    def make_recommender(self):
        sizes = {"embedding_size": 8, "hidden_size": 16, "batch_users": 8}
        return create(
            "autoencoder",
            **sizes,
            variational=False,
            learning_rate=0.01,
            epochs=100,
            recency=0.0,
        )


class TestTwoTower(SequenceContract):
    def make_recommender(self):
        return create("two_tower", **SMALL, epochs=15, batch_tokens=64, negatives=16)


class TestTwoTowerOfInterests(SequenceContract):
    def make_recommender(self):
        return create(
            "two_tower", **SMALL, epochs=15, batch_tokens=64, negatives=16, interests=3
        )
