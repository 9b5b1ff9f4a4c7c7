from dataclasses import dataclass
from typing import ClassVar

import pytest

from django_recsys.learning.exceptions import DataError
from django_recsys.learning.hyperparameters import (
    hyperparameter,
    hyperparameters_of,
    validate_hyperparameters,
)


@dataclass
class Example:
    name: ClassVar[str] = "example"

    size: int = hyperparameter(8, low=1, high=64, help="How much.")
    rate: float = hyperparameter(0.5, low=0.0)
    shape: str = hyperparameter("round", choices=("round", "square"))
    is_deep: bool = hyperparameter(False)


def test_declaration_holds_name_type_default_and_range():
    size, rate, shape, is_deep = hyperparameters_of(Example)
    assert (size.name, size.type, size.default) == ("size", int, 8)
    assert (size.low, size.high, size.help) == (1, 64, "How much.")
    assert rate.type is float
    assert shape.choices == ("round", "square")
    assert is_deep.type is bool


def test_defaults_make_the_object():
    assert Example() == Example(size=8, rate=0.5, shape="round", is_deep=False)


@pytest.mark.parametrize(
    ("name", "given", "cleaned"),
    [
        ("size", "12", 12),
        ("size", 12.0, 12),
        ("rate", 1, 1.0),
        ("rate", "2.5", 2.5),
        ("shape", "square", "square"),
        ("is_deep", "yes", True),
        ("is_deep", "off", False),
    ],
)
def test_values_are_converted(name, given, cleaned):
    value = validate_hyperparameters(Example, {name: given})[name]
    assert value == cleaned
    assert type(value) is type(cleaned)


@pytest.mark.parametrize(
    ("name", "given", "allowed"),
    [
        ("size", 0, "a whole number from 1 to 64"),
        ("size", 1.5, "a whole number from 1 to 64"),
        ("size", "many", "a whole number from 1 to 64"),
        ("size", True, "a whole number from 1 to 64"),
        ("size", None, "a whole number from 1 to 64"),
        ("rate", -1, "a number of at least 0"),
        ("rate", float("nan"), "a number of at least 0"),
        ("shape", "oval", "one of round, square"),
        ("shape", 3, "one of round, square"),
        ("is_deep", "perhaps", "true or false"),
    ],
)
def test_wrong_value_names_value_range_and_algorithm(name, given, allowed):
    with pytest.raises(DataError) as caught:
        validate_hyperparameters(Example, {name: given})
    assert str(caught.value) == f"example.{name} is {given!r}; it must be {allowed}."


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(DataError, match="no hyper-parameter 'depth'; it has: size, "):
        validate_hyperparameters(Example, {"depth": 1})
