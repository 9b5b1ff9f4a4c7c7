"""Names of algorithms; an algorithm is imported only when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from .base import Recommender
from .exceptions import DataError, MissingExtraError
from .hyperparameters import validate

_HERE = __package__

ALGORITHMS: dict[str, tuple[str, str | None]] = {
    "popular": (f"{_HERE}.popular.Popular", None),
    "trending": (f"{_HERE}.trending.Trending", None),
    "item_knn": (f"{_HERE}.item_knn.ItemKNN", None),
    "user_knn": (f"{_HERE}.user_knn.UserKNN", None),
    "graph": (f"{_HERE}.graph.Graph", None),
    "sequence_rules": (f"{_HERE}.sequence_rules.SequenceRules", None),
    "ease": (f"{_HERE}.ease.EASE", None),
    "als": (f"{_HERE}.als.ImplicitALS", None),
    "bpr": (f"{_HERE}.bpr.BPR", None),
    "svd": (f"{_HERE}.svd.SVD", None),
    "content": (f"{_HERE}.content.Content", None),
    "social": (f"{_HERE}.social.Social", None),
    "blend": (f"{_HERE}.blend.Blend", None),
    "bought_together": (f"{_HERE}.bought_together.BoughtTogether", None),
    "buy_again": (f"{_HERE}.buy_again.BuyAgain", None),
    "autoencoder": (f"{_HERE}.neural.autoencoder.Autoencoder", "neural"),
    "gru": (f"{_HERE}.neural.gru.GRU", "neural"),
    "lstm": (f"{_HERE}.neural.lstm.LSTM", "neural"),
    "cnn": (f"{_HERE}.neural.cnn.CNN", "neural"),
    "sasrec": (f"{_HERE}.neural.sasrec.SASRec", "neural"),
    "two_tower": (f"{_HERE}.neural.two_tower.TwoTower", "neural"),
}
"""name -> (dotted path of the class, the extra that it needs or None)."""

EXTRA_MODULES = {"neural": "torch"}
"""extra -> the module whose absence means that the extra is not installed."""


def get_recommender_class(name: str) -> type[Recommender]:
    """Return the class, whose declarations can be read without its extra.

    Raises DataError for an unknown name.
    """
    if name not in ALGORITHMS:
        names = ", ".join(ALGORITHMS)
        raise DataError(f"There is no algorithm {name!r}; there are: {names}.")
    module, _, attribute = ALGORITHMS[name][0].rpartition(".")
    found: type[Recommender] = getattr(import_module(module), attribute)
    return found


def create(name: str, **hyperparameters: Any) -> Recommender:
    """Return an unfitted recommender.

    Raises DataError for a wrong value, MissingExtraError that says what to install.
    """
    cls = get_recommender_class(name)
    if (extra := missing_extra(name)) is not None:
        raise MissingExtraError(f"{name} needs: pip install 'django-recsys[{extra}]'")
    return cls(**validate(cls, hyperparameters))


def missing_extra(name: str) -> str | None:
    """Return the extra that has to be installed before an algorithm can be fitted.

    None where nothing is missing.
    """
    extra = ALGORITHMS[name][1]
    if extra is None or find_spec(EXTRA_MODULES[extra]) is not None:
        return None
    return extra


def settings_of(
    name: str, hyperparameters: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return every hyper-parameter with its value, given or default; asks no extra.

    Raises DataError for an unknown name and for a wrong value.
    """
    cls = get_recommender_class(name)
    return cls(**validate(cls, hyperparameters or {})).hyperparameters
