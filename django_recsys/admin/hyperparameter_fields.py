"""Form fields made from the declarations of an algorithm's hyper-parameters."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from django_recsys.exceptions import MissingExtraError, RecsysError
from django_recsys.learning import (
    Hyperparameter,
    create,
    get_recommender_class,
    hyperparameters_of,
)

PREFIX = "hyperparameter_"


def declarations_of(algorithm: str) -> tuple[Hyperparameter, ...]:
    """Return the hyper-parameters; none of an algorithm that cannot be loaded."""
    try:
        return hyperparameters_of(get_recommender_class(algorithm))
    except RecsysError:
        return ()


def advice_for(algorithm: str) -> str:
    """Return which extra must be installed to train the algorithm; "" for none."""
    try:
        create(algorithm)
    except MissingExtraError as error:
        return str(error)
    except RecsysError:
        return ""
    return ""


def fields_of(algorithm: str) -> dict[str, forms.Field]:
    """Return one optional field for each hyper-parameter, by its prefixed name."""
    return {PREFIX + each.name: field_of(each) for each in declarations_of(algorithm)}


def field_of(declaration: Hyperparameter) -> forms.Field:
    """Return the field of one hyper-parameter; empty means the default."""
    common = {
        "label": declaration.name.replace("_", " ").capitalize(),
        "help_text": describe(declaration),
        "required": False,
        "initial": declaration.default,
    }
    if declaration.choices is not None:
        choices = [(str(choice), str(choice)) for choice in declaration.choices]
        return forms.ChoiceField(choices=choices, **common)
    if declaration.type is bool:
        return forms.BooleanField(**common)
    if declaration.type is int:
        return forms.IntegerField(**bounds_of(declaration), **common)
    if declaration.type is float:
        widget = forms.NumberInput(attrs={"step": "any"})
        return forms.FloatField(widget=widget, **bounds_of(declaration), **common)
    return forms.CharField(**common)


def bounds_of(declaration: Hyperparameter) -> dict[str, Any]:
    """Return the range as arguments of a number field."""
    kind = declaration.type
    low, high = declaration.low, declaration.high
    return {
        "min_value": None if low is None else kind(low),
        "max_value": None if high is None else kind(high),
    }


def describe(declaration: Hyperparameter) -> str:
    """Return help, range and default in one line."""
    allowed = declaration.allowed
    words = _("%(allowed)s; by default %(default)s.") % {
        "allowed": allowed[:1].upper() + allowed[1:],
        "default": declaration.shown_default,
    }
    return f"{declaration.help} {words}".strip()


def chosen(algorithm: str, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that differ from the defaults, in their declared types."""
    values = {}
    for declaration in declarations_of(algorithm):
        value = cleaned.get(PREFIX + declaration.name)
        if value is None or value == "":
            continue
        value = declaration.clean(value)
        if value != declaration.default:
            values[declaration.name] = value
    return values
