"""One declaration of a hyper-parameter gives signature, JSON, admin form and docs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .exceptions import DataError

_KEY = "hyperparameter"
_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}

_TYPE_NAMES = {int: "a whole number", float: "a number", bool: "true or false"}
SHOWN_BELOW = 10_000
"""Larger upper bounds only catch mistakes, and are shown in errors alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameter:
    """A setting of an algorithm, chosen before the fit."""

    name: str
    type: type
    """One of int, float, bool, str."""
    default: Any
    low: float | None = None
    """Smallest allowed value, inclusive."""
    high: float | None = None
    """Largest allowed value, inclusive."""
    choices: tuple[Any, ...] | None = None
    help: str = ""
    searched: bool = True
    """False for a policy of the shop, which no score can decide."""

    @property
    def automatic(self) -> float | None:
        """The value that means "chosen from the data"; None where there is none."""
        low = self.low
        return low if low is not None and low < 0 and self.default == low else None

    @property
    def shown_default(self) -> str:
        """The default in words."""
        default = self.default
        return f"{default:g}" if isinstance(default, float) else str(default) or "empty"

    @property
    def allowed(self) -> str:
        """The range in words, as "-1, or at least 0"; the type where there is none."""
        high = self.high if self.high is not None and self.high < SHOWN_BELOW else None
        return self._range(high) or self._kind

    @property
    def requirement(self) -> str:
        """The type and every bound in words, for errors."""
        words = self._range(self.high)
        if self.choices is not None or not words:
            return words or self._kind
        return f"{self._kind}: {words}"

    @property
    def _kind(self) -> str:
        return _TYPE_NAMES.get(self.type, "text")

    def _range(self, high: float | None) -> str:
        is_whole = self.type is int
        if self.choices is not None:
            return "one of " + ", ".join(map(str, self.choices))
        if self.automatic is None:
            return _between(self.low, high, is_whole=is_whole)
        above = _between(1 if is_whole else 0, high, is_whole=is_whole)
        return f"{_number(self.automatic)}, or {above}"

    def clean(self, value: Any) -> Any:
        """Return the value in its type; texts are parsed. Raises ValueError."""
        cleaned = _convert(value, self.type)
        if self.choices is not None and cleaned not in self.choices:
            raise ValueError(value)
        if self.low is not None and not cleaned >= self.low:
            raise ValueError(value)
        if self.high is not None and not cleaned <= self.high:
            raise ValueError(value)
        return cleaned


def hyperparameter(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[Any, ...] | None = None,
    help: str = "",
    searched: bool = True,
) -> Any:
    """Declare a dataclass field as a hyper-parameter of a recommender."""
    declaration = {
        "low": low,
        "high": high,
        "choices": choices,
        "help": help,
        "searched": searched,
    }
    return field(default=default, metadata={_KEY: declaration})


def hyperparameters_of(cls: type) -> tuple[Hyperparameter, ...]:
    """Return the hyper-parameters of a recommender class, in order."""
    return tuple(
        Hyperparameter(
            name=each.name,
            type=_type_of(each.type),
            default=each.default,
            **each.metadata[_KEY],
        )
        for each in fields(cls)
        if _KEY in each.metadata
    )


def searched_hyperparameters(cls: type) -> tuple[Hyperparameter, ...]:
    """Return those of the declared hyper-parameters that a search may change."""
    return tuple(each for each in hyperparameters_of(cls) if each.searched)


def _type_of(annotation: Any) -> type:
    """Return the type that a field names; only those that have a form are allowed."""
    by_name = {each.__name__: each for each in (int, float, bool, str)}
    return by_name[annotation] if isinstance(annotation, str) else annotation


def validate_hyperparameters(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values in their declared types.

    Raises DataError naming the value, its range and the algorithm.
    """
    algorithm = getattr(cls, "name", "") or cls.__name__
    known = {each.name: each for each in hyperparameters_of(cls)}
    cleaned: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            names = ", ".join(known) or "none"
            raise DataError(
                f"{algorithm} has no hyper-parameter {name!r}; it has: {names}."
            )
        try:
            cleaned[name] = known[name].clean(value)
        except (TypeError, ValueError) as error:
            raise DataError(
                f"{algorithm}.{name} is {value!r}; it must be "
                f"{known[name].requirement}."
            ) from error
    return cleaned


def _between(low: float | None, high: float | None, *, is_whole: bool) -> str:
    """Return the bounds in words; "" without any."""
    if low is not None and high is not None:
        ends = _number(low), _number(high)
        return " to ".join(ends) if is_whole else "between {} and {}".format(*ends)
    if low is not None:
        return f"at least {_number(low)}"
    return "" if high is None else f"at most {_number(high)}"


def _number(value: float) -> str:
    return f"{value:,.10f}".rstrip("0").rstrip(".")


def _convert(value: Any, kind: type) -> Any:
    if kind is bool:
        return _boolean(value)
    if isinstance(value, bool):
        raise TypeError(value)
    if kind is int:
        number = int(value)
        if not isinstance(value, str) and number != value:
            raise ValueError(value)
        return number
    if kind is float:
        return float(value)
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text not in _TRUE | _FALSE:
        raise ValueError(value)
    return text in _TRUE
