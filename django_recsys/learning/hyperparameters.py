"""One declaration of a hyper-parameter gives signature, JSON, admin form and docs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .exceptions import DataError

_KEY = "hyperparameter"
_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}

type_names = {int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameter:
    """What a person may choose about an algorithm before it learns."""

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
    """False where it is a wish of the shop, no matter of what scores best."""

    @property
    def allowed(self) -> str:
        """The range in words, for messages and documentation."""
        if self.choices is not None:
            return "one of " + ", ".join(map(str, self.choices))
        words = type_names.get(self.type, "a text")
        if self.low is not None and self.high is not None:
            return f"{words} from {self.low:g} to {self.high:g}"
        if self.low is not None:
            return f"{words} of at least {self.low:g}"
        return words if self.high is None else f"{words} of at most {self.high:g}"

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
                f"{algorithm}.{name} is {value!r}; it must be {known[name].allowed}."
            ) from error
    return cleaned


def _convert(value: Any, wanted: type) -> Any:
    if wanted is bool:
        return _boolean(value)
    if isinstance(value, bool):
        raise TypeError(value)
    if wanted is int:
        number = int(value)
        if not isinstance(value, str) and number != value:
            raise ValueError(value)
        return number
    if wanted is float:
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
