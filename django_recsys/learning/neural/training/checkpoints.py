"""Checkpoints of a training, as arrays; nothing in them executes on load."""

import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

CURVE, MARK = "curve", "mark"
WEIGHTS, BEST, STATE = "weights/", "best/", "state/"


Curve = list[tuple[float, float, float]]
"""Per interval: mean loss, validation score, seconds since the start."""


def write_checkpoint(
    path: Path,
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
    mark: str,
    curve: Curve,
    best: dict[str, Tensor],
) -> None:
    """Write aside and rename, so that an interruption leaves the earlier one."""
    arrays = {MARK: _digest(mark), CURVE: np.array(curve)}
    arrays |= {
        WEIGHTS + name: value.numpy() for name, value in _cpu(module.state_dict())
    }
    arrays |= {BEST + name: value.numpy() for name, value in _cpu(best)}
    for number, values in optimizer.state_dict()["state"].items():
        arrays |= {
            f"{STATE}{number}/{name}": value.numpy() for name, value in _cpu(values)
        }
    aside = path.with_name(path.name + ".partial")
    with aside.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    aside.replace(path)


def read_checkpoint(
    path: Path, module: nn.Module, optimizer: torch.optim.Optimizer, mark: str
) -> tuple[Curve, dict[str, Tensor]] | None:
    """Load a checkpoint into module and optimizer; return curve and best weights.

    A file that is missing, damaged or of another training changes nothing and gives
    None: the training starts from the beginning.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    if not np.array_equal(arrays.get(MARK, np.empty(0)), _digest(mark)):
        return None
    module.load_state_dict(_under(WEIGHTS, arrays))
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in _under(STATE, arrays).items():
        number, _, key = name.partition("/")
        state.setdefault(int(number), {})[key] = value
    before = optimizer.state_dict()
    optimizer.load_state_dict(before | {"state": state})
    curve = [tuple(row) for row in arrays[CURVE].tolist()]
    return curve, _under(BEST, arrays)


def _under(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): torch.from_numpy(value)
        for name, value in arrays.items()
        if name.startswith(prefix)
    }


def _cpu(values: dict[str, Tensor]) -> list[tuple[str, Tensor]]:
    return [(name, value.detach().cpu()) for name, value in values.items()]


def _digest(mark: str) -> np.ndarray:
    return np.frombuffer(hashlib.sha256(json.dumps(mark).encode()).digest(), np.uint8)
