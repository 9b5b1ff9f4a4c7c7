from dataclasses import dataclass
from typing import ClassVar

import pytest

from django_recsys.learning.exceptions import DataError
from django_recsys.learning.hyperparameters import (
    Hyperparameter,
    hyperparameter,
    hyperparameters_of,
    validate_hyperparameters,
)
from django_recsys.learning.registry import ALGORITHMS, get_recommender_class


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


@pytest.mark.parametrize(
    ("kind", "default", "low", "high", "allowed", "requirement"),
    [
        (float, 0.5, None, None, "a number", "a number"),
        (float, 0.5, 0.0, None, "at least 0", "a number: at least 0"),
        (float, 0.5, None, 2.0, "at most 2", "a number: at most 2"),
        (float, 0.5, 0.0, 1.0, "between 0 and 1", "a number: between 0 and 1"),
        (float, 5.0, 0.0, 1e6, "at least 0", "a number: between 0 and 1,000,000"),
        (float, 0.1, 1e-5, 1.0, "between 0.00001 and 1", None),
        (float, -1.0, -1.0, 1.0, "-1, or between 0 and 1", None),
        (
            float,
            -1.0,
            -1.0,
            1e4,
            "-1, or at least 0",
            "a number: -1, or between 0 and 10,000",
        ),
        (float, 0.0, -1.0, 1.0, "between -1 and 1", None),
        (int, 3, 1, 1024, "1 to 1,024", "a whole number: 1 to 1,024"),
        (int, -1, -1, 1024, "-1, or 1 to 1,024", None),
        (int, 3, 3, 10_000, "at least 3", "a whole number: 3 to 10,000"),
        (bool, True, None, None, "true or false", "true or false"),
        (str, "", None, None, "text", "text"),
    ],
)
def test_ranges_read_as_plain_words(kind, default, low, high, allowed, requirement):
    declared = Hyperparameter(name="x", type=kind, default=default, low=low, high=high)
    assert declared.allowed == allowed
    assert requirement in (None, declared.requirement)


@pytest.mark.parametrize(
    ("default", "shown"), [(30.0, "30"), (0.5, "0.5"), (3, "3"), ("", "empty")]
)
def test_defaults_read_as_plain_words(default, shown):
    declared = Hyperparameter(name="x", type=type(default), default=default)
    assert declared.shown_default == shown


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_help_of_every_hyperparameter_is_sentences(algorithm):
    for each in hyperparameters_of(get_recommender_class(algorithm)):
        assert each.help[:1].isupper(), each
        assert each.help.endswith("."), each
        assert "e+" not in each.allowed + each.requirement, each
        if each.automatic is not None:
            assert "-1: " in each.help, each


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
        ("size", 0, "a whole number: 1 to 64"),
        ("size", 1.5, "a whole number: 1 to 64"),
        ("size", "many", "a whole number: 1 to 64"),
        ("size", True, "a whole number: 1 to 64"),
        ("size", None, "a whole number: 1 to 64"),
        ("rate", -1, "a number: at least 0"),
        ("rate", float("nan"), "a number: at least 0"),
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
