"""The form of a recommender: what it learns with, from which interactions, when."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _

from django_recsys.conf import get_settings
from django_recsys.learning import ALGORITHMS
from django_recsys.models import Interaction, RecommenderConfig

from .hyperparameter_fields import PREFIX, chosen, fields_of

WEIGHT = "weight_"


class NewRecommenderForm(forms.ModelForm):
    """The first page: which algorithm; its settings come after that."""

    algorithm = forms.ChoiceField(choices=[(name, name) for name in ALGORITHMS])

    class Meta:
        """Only the two that decide what the next page shows."""

        model = RecommenderConfig
        fields = ["key", "algorithm"]


class RecommenderForm(forms.ModelForm):
    """The whole form; `form_of` adds the fields of one algorithm."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in self.instance.hyperparameters.items():
            if PREFIX + name in self.fields:
                self.initial[PREFIX + name] = value
        for kind, weight in self.instance.interaction_weights.items():
            self.initial[WEIGHT + kind] = weight

    def clean(self) -> dict[str, Any]:
        """Put the single fields together into the two columns that hold them."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(name.startswith(PREFIX) for name in self.errors):
            self.instance.hyperparameters = chosen(self.instance.algorithm, cleaned)
        self.instance.interaction_weights = {
            kind: cleaned[WEIGHT + kind]
            for kind in Interaction.Kind.values
            if cleaned.get(WEIGHT + kind) is not None
        }
        return cleaned

    def _update_errors(self, errors: Any) -> None:
        """Show errors of columns that have no field of their own above the form."""
        by_field = getattr(errors, "error_dict", {})
        for name in set(by_field) - set(self.fields) - {NON_FIELD_ERRORS}:
            by_field.setdefault(NON_FIELD_ERRORS, []).extend(by_field.pop(name))
        super()._update_errors(errors)


def form_of(algorithm: str) -> type[RecommenderForm]:
    """Return the form with the fields of one algorithm."""
    own = {**fields_of(algorithm), **weight_fields()}
    return type("RecommenderForm", (RecommenderForm,), own)


def weight_fields() -> dict[str, forms.Field]:
    """Return one optional number for each kind of interaction."""
    usual = get_settings().weights
    return {
        WEIGHT + kind: forms.FloatField(
            label=str(label).capitalize(),
            required=False,
            widget=forms.NumberInput(
                attrs={"step": "any", "placeholder": f"{usual.get(kind, 0):g}"}
            ),
            help_text=_("Empty: %(weight)s, as in the settings.")
            % {"weight": f"{usual.get(kind, 0):g}"},
        )
        for kind, label in Interaction.Kind.choices
    }
