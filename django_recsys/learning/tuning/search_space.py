"""Where tuning looks: around the current values, within the declared ranges."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django_recsys.learning.hyperparameters import (
    Hyperparameter,
    searched_hyperparameters,
)

SPAN = 10.0
"""Numbers are searched from a tenth of the current value to ten times as much."""
AUTOMATIC_RANGE = (0.5, 1000.0)
"""Where a number is searched whose current value is "chosen from the data"."""
AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One hyper-parameter of the search."""

    name: str
    choices: tuple[Any, ...] | None = None
    low: float = 0.0
    high: float = 0.0
    is_whole: bool = False
    is_log: bool = False
    automatic: float | None = None
    """The value that means "chosen from the data", where there is one."""

    def suggest(self, trial: Any) -> Any:
        """Return the value that an Optuna trial proposes."""
        if self.choices is not None:
            return trial.suggest_categorical(self.name, self.choices)
        if self.automatic is not None and trial.suggest_categorical(
            f"{self.name}:{AUTOMATIC}", (True, False)
        ):
            return self.automatic
        if self.is_whole:
            low, high = int(self.low), int(self.high)
            return trial.suggest_int(self.name, low, high, log=self.is_log)
        return trial.suggest_float(self.name, self.low, self.high, log=self.is_log)

    def proposal(self, value: Any) -> dict[str, Any]:
        """Return the parameters of the Optuna trial that leads to the value."""
        if self.automatic is None:
            return {self.name: value}
        is_automatic = value == self.automatic
        chosen = {f"{self.name}:{AUTOMATIC}": is_automatic}
        return chosen if is_automatic else {**chosen, self.name: value}


def dimensions(cls: type, start: Mapping[str, Any]) -> tuple[Dimension, ...]:
    """Return what can be searched of an algorithm; start: a value for each name.

    Texts without choices, such as the sources of a blend, stay as they are.
    """
    found = (
        _dimension(each, start[each.name]) for each in searched_hyperparameters(cls)
    )
    return tuple(each for each in found if each is not None)


def _dimension(declaration: Hyperparameter, value: Any) -> Dimension | None:
    name = declaration.name
    if declaration.type is bool:
        return Dimension(name=name, choices=(False, True))
    if declaration.choices is not None:
        return Dimension(name=name, choices=declaration.choices)
    if declaration.type is str:
        return None
    lowest = -float("inf") if declaration.low is None else declaration.low
    highest = float("inf") if declaration.high is None else declaration.high
    is_whole = declaration.type is int
    if declaration.automatic is not None:
        # A share is searched evenly; steps and weights of any size by magnitude.
        low, high = (0.0, highest) if highest <= 1 else AUTOMATIC_RANGE
        if value != declaration.automatic:
            low, high = min(low, value), max(high, value)
        return Dimension(
            name=name,
            low=max(low, 1) if is_whole else low,
            high=min(high, highest),
            is_whole=is_whole,
            is_log=low > 0,
            automatic=declaration.automatic,
        )
    low, high, is_log = _range(value, lowest, highest)
    return Dimension(name=name, low=low, high=high, is_whole=is_whole, is_log=is_log)


def _range(value: float, lowest: float, highest: float) -> tuple[float, float, bool]:
    if lowest >= 0 and highest <= 1:  # a share
        return lowest, highest, False
    if value <= 0:
        return max(lowest, value - SPAN), min(highest, value + SPAN), False
    return max(lowest, value / SPAN), min(highest, value * SPAN), True
