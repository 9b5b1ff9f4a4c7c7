"""The weights of a module as one array, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from django_recsys.learning.base import Recommender
from django_recsys.learning.exceptions import ArtifactError, DataError

from .modules.network import Network

Module = TypeVar("Module", bound=nn.Module)


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


def inherit(module: Network, previous: Network, positions: np.ndarray) -> None:
    """Start from the weights of another training of the same architecture.

    positions: (previous n_items,) int, where each of its items stands now, -1 where
    it is gone. Tables of items are taken over item by item; other weights where their
    shape is the same; what is new keeps its fresh start.
    """
    before = dict(previous.named_parameters())
    kept = torch.from_numpy(np.flatnonzero(positions >= 0))
    moved = torch.from_numpy(positions[positions >= 0].astype(np.int64))
    with torch.no_grad():
        for name, value in module.named_parameters():
            old = before.get(name)
            if old is None or old.shape[1:] != value.shape[1:]:
                continue
            if name in module.item_tables:
                value[moved] = old[kept]
            elif old.shape == value.shape:
                value.copy_(old)


def start_from(
    previous: Recommender | None, module: Network, recommender: Recommender
) -> None:
    """Take over what a previous recommender of the same kind learned, if there is one.

    Raises DataError for one of another kind.
    """
    if previous is None:
        return
    if type(previous) is not type(recommender):
        raise DataError(
            f"{recommender.name} cannot start from {previous.name}; give one of its "
            "own kind, or none."
        )
    positions = recommender.items_.indices(previous.items_.ids)
    inherit(module, previous.network, positions)  # type: ignore[attr-defined]


def filled(module: Module, parameters: np.ndarray, name: str) -> Module:
    """Put the weights of ``flattened`` into a module of the same shape.

    Raises ArtifactError where they do not fit.
    """
    wanted = sum(value.numel() for value in module.parameters())
    if parameters.shape != (wanted,) or not np.isfinite(parameters).all():
        raise ArtifactError(
            f"The weights of {name} do not fit: {wanted:,} finite numbers were "
            f"expected, {parameters.size:,} given. Train again."
        )
    vector = torch.from_numpy(np.array(parameters, dtype=np.float32))
    nn.utils.vector_to_parameters(vector, module.parameters())
    return module.eval()
