"""Names of algorithms, each imported when it is first used."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from .capabilities import Capabilities
from .exceptions import DataError, MissingExtraError
from .hyperparameters import validate_hyperparameters
from .recommender import Recommender

ALGORITHMS: dict[str, tuple[str, str | None]] = {
    "popular": ("django_recsys.learning.algorithms.popular.Popular", None),
    "trending": ("django_recsys.learning.algorithms.trending.Trending", None),
    "item_knn": (
        "django_recsys.learning.algorithms.neighborhood.item_knn.ItemKNN",
        None,
    ),
    "user_knn": (
        "django_recsys.learning.algorithms.neighborhood.user_knn.UserKNN",
        None,
    ),
    "graph": ("django_recsys.learning.algorithms.neighborhood.graph.Graph", None),
    "sequence_rules": (
        "django_recsys.learning.algorithms.neighborhood.sequence_rules.SequenceRules",
        None,
    ),
    "ease": ("django_recsys.learning.algorithms.ease.ease.EASE", None),
    "als": ("django_recsys.learning.algorithms.factorization.als.ImplicitALS", None),
    "bpr": ("django_recsys.learning.algorithms.factorization.bpr.BPR", None),
    "svd": ("django_recsys.learning.algorithms.factorization.svd.SVD", None),
    "content": ("django_recsys.learning.algorithms.content.content.Content", None),
    "social": ("django_recsys.learning.algorithms.social.Social", None),
    "blend": ("django_recsys.learning.algorithms.blend.blend.Blend", None),
    "bought_together": (
        "django_recsys.learning.algorithms.baskets.bought_together.BoughtTogether",
        None,
    ),
    "buy_again": ("django_recsys.learning.algorithms.buy_again.BuyAgain", None),
    "autoencoder": ("django_recsys.learning.neural.autoencoder.Autoencoder", "neural"),
    "gru": ("django_recsys.learning.neural.recurrent.GRU", "neural"),
    "lstm": ("django_recsys.learning.neural.recurrent.LSTM", "neural"),
    "cnn": ("django_recsys.learning.neural.caser.CNN", "neural"),
    "sasrec": ("django_recsys.learning.neural.sasrec.SASRec", "neural"),
    "two_tower": ("django_recsys.learning.neural.two_tower.TwoTower", "neural"),
}
"""name -> (dotted path of the class, the extra that it needs or None)."""

EXTRA_MODULES = {"neural": "torch", "reports": "matplotlib", "tuning": "optuna"}
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
    get_recommender_class(name)  # raises for an unknown name
    if (extra := missing_extra(name)) is not None:
        raise _missing(extra, name)
    return _instance(name, hyperparameters)


def missing_extra(name: str) -> str | None:
    """Return the extra that has to be installed before an algorithm can be fitted.

    None where nothing is missing.
    """
    extra = ALGORITHMS[name][1]
    return extra if extra and find_spec(EXTRA_MODULES[extra]) is None else None


def capabilities_of(
    name: str, hyperparameters: Mapping[str, Any] | None = None
) -> Capabilities:
    """Return what an algorithm can do with these settings; needs no extra.

    Raises DataError for an unknown name and for a wrong value.
    """
    return _instance(name, hyperparameters).capabilities


def require_extra(extra: str) -> None:
    """Raise MissingExtraError where an extra is not installed, and load nothing."""
    if find_spec(EXTRA_MODULES[extra]) is None:
        raise _missing(extra)


def import_with_extra(module: str, extra: str) -> ModuleType:
    """Return a module of the engine, as "tuning.search"; raises MissingExtraError."""
    require_extra(extra)
    return import_module(f".{module}", __package__)


def settings_of(
    name: str, hyperparameters: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return every hyper-parameter with its value, given or default; needs no extra.

    Raises DataError for an unknown name and for a wrong value.
    """
    return _instance(name, hyperparameters).hyperparameters


def _instance(name: str, hyperparameters: Mapping[str, Any] | None) -> Recommender:
    cls = get_recommender_class(name)
    return cls(**validate_hyperparameters(cls, hyperparameters or {}))


def _missing(extra: str, what: str = "This") -> MissingExtraError:
    return MissingExtraError(f"{what} needs: pip install 'django-recsys[{extra}]'")
