from django import forms

from .basket import MOST_OF_ONE


class QuantityForm(forms.Form):
    quantity = forms.IntegerField(min_value=0, max_value=MOST_OF_ONE, required=False)
