"""Every kind of hyper-parameter has a field that takes what its declaration allows."""

import pytest
from django import forms

from django_recsys.admin.hyperparameter_fields import declarations_of, field_of
from django_recsys.learning.hyperparameters import Hyperparameter
from django_recsys.learning.registry import ALGORITHMS


def declare(kind, default, **limits):
    return Hyperparameter(name="x_y", type=kind, default=default, **limits)


@pytest.mark.parametrize(
    ("declaration", "field_class", "typed", "value"),
    [
        (declare(int, 5, low=1, high=9), forms.IntegerField, "3", 3),
        (declare(float, 0.5, low=0.0), forms.FloatField, "0.25", 0.25),
        (declare(bool, True), forms.BooleanField, "on", True),
        (declare(str, "a"), forms.CharField, "b", "b"),
        (declare(str, "a", choices=("a", "b")), forms.ChoiceField, "b", "b"),
        (declare(int, 1, choices=(1, 2)), forms.ChoiceField, "2", "2"),
    ],
)
def test_field_of_each_type(declaration, field_class, typed, value):
    field = field_of(declaration)
    assert type(field) is field_class
    assert field.label == "X y"
    assert field.initial == declaration.default
    assert field.clean(typed) == value
    assert not field.required


def test_range_is_checked_by_the_field():
    field = field_of(declare(int, 5, low=1, high=9))
    with pytest.raises(forms.ValidationError):
        field.clean("10")


def test_help_has_range_and_default():
    declaration = declare(float, 0.5, low=0.0, high=1.0, help="How strong.")
    text = field_of(declaration).help_text
    assert text == "How strong. Between 0 and 1; by default 0.5."


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_default_of_every_algorithm_is_acceptable(algorithm):
    for declaration in declarations_of(algorithm):
        field = field_of(declaration)
        assert declaration.clean(field.clean(str(declaration.default))) == (
            declaration.default
        )


def test_unknown_algorithm_has_nothing_to_choose():
    assert declarations_of("no_such_thing") == ()
