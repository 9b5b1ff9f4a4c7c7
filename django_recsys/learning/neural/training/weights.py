"""The weights of a module as one array, and back."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from django_recsys.learning.exceptions import ArtifactError, DataError
from django_recsys.learning.neural.modules.base import Network
from django_recsys.learning.recommender import Recommender

Module = TypeVar("Module", bound=nn.Module)
NO_KEYS = np.zeros(0, dtype=np.uint64)


def seeded(make: Callable[[], Module], seed: int) -> Module:
    """Return a module whose fresh weights depend on the seed alone."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return make()


def flattened(module: nn.Module) -> np.ndarray:
    """Return (n_parameters,) float32, in the module's own order."""
    vector = nn.utils.parameters_to_vector(module.parameters())
    result: np.ndarray = vector.detach().cpu().numpy().astype(np.float32)
    return result


def inherit(
    module: Network, previous: Network, of_items: np.ndarray, of_features: np.ndarray
) -> None:
    """Start from the weights of another training of the same architecture.

    of_items, of_features: (previous n,) int, the present place of its items and
    features, -1 where they are gone; features are matched by name, as the words of a
    catalogue change. Their tables are copied row by row; other weights where their
    shape is the same. New items keep their initial weights, new features are zero.
    """
    before = dict(previous.named_parameters())
    places = dict.fromkeys(module.item_tables, of_items)
    places |= dict.fromkeys(module.feature_tables, of_features)
    with torch.no_grad():
        for name, value in module.named_parameters():
            if name in module.feature_tables:
                value.zero_()  # noise would be added to learned ids
            old = before.get(name)
            if old is None or old.shape[1:] != value.shape[1:]:
                continue
            if name in places:
                kept = np.flatnonzero(places[name] >= 0)
                moved = places[name][kept].astype(np.int64)
                value[torch.from_numpy(moved)] = old[torch.from_numpy(kept)]
            elif old.shape == value.shape:
                value.copy_(old)


def start_from(
    previous: Recommender | None, module: Network, recommender: Recommender
) -> None:
    """Copy the weights of a previous recommender of the same kind, if there is one.

    Raises DataError for one of another kind.
    """
    if previous is None:
        return
    if type(previous) is not type(recommender):
        raise DataError(
            f"{recommender.name} cannot start from {previous.name}; give one of its "
            "own kind, or none."
        )
    of_items = recommender.items_.indices(previous.items_.ids)
    of_features = places_in(
        getattr(recommender, "feature_keys_", NO_KEYS),
        getattr(previous, "feature_keys_", NO_KEYS),
    )
    inherit(module, previous.network, of_items, of_features)  # type: ignore[attr-defined]


def places_in(keys: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Return (n_queries,) int64, the place of each among the keys, -1 for none."""
    places = {key: place for place, key in enumerate(keys.tolist())}
    found = [places.get(key, -1) for key in queries.tolist()]
    return np.array(found, dtype=np.int64)


def filled(module: Module, parameters: np.ndarray, name: str) -> Module:
    """Put the weights of ``flattened`` into a module of the same shape.

    Raises ArtifactError where they do not fit.
    """
    expected = sum(value.numel() for value in module.parameters())
    if parameters.shape != (expected,) or not np.isfinite(parameters).all():
        raise ArtifactError(
            f"The weights of {name} do not fit: {expected:,} finite numbers were "
            f"expected, {parameters.size:,} given. Train again."
        )
    vector = torch.from_numpy(np.array(parameters, dtype=np.float32))
    nn.utils.vector_to_parameters(vector, module.parameters())
    return module.eval()
