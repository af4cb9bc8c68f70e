"""Changing one default of the guideline in a clinic."""

from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.base import ActionForm
from patients.vocabulary import Interval
from schedules.rules.defaults import STANDARD, Defaults

NAMES = [field.name for field in fields(Defaults)]
_LARGEST_NUMBER = 10_000


class DefaultForm(ActionForm):
    """One number, who of the physicians agreed, and why. `confirmed` comes from the page that showed the effect."""

    value = forms.CharField(label=_("New value"), max_length=12)
    agreed_by: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Physician who agrees"), queryset=None, empty_label=_("Choose…")
    )
    reason = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, name: str, physicians: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name
        self.standard = getattr(STANDARD, name)
        self.fields["agreed_by"].queryset = physicians  # type: ignore[attr-defined]
        if name == "d17_interval":
            self.fields["value"] = forms.ChoiceField(
                label=_("New value"), choices=[Interval.M2.choice, Interval.M3.choice]
            )

    def clean_value(self) -> str:
        text = str(self.cleaned_data["value"]).strip().replace(",", ".")
        if self.name == "d17_interval":
            return text
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise forms.ValidationError(_("Not a number.")) from None
        if not number.is_finite() or not 0 < number < _LARGEST_NUMBER:
            raise forms.ValidationError(_("Give a number above 0 and below 10 000."))
        if isinstance(self.standard, int) and number != int(number):
            raise forms.ValidationError(_("Give a whole number."))
        return str(int(number)) if isinstance(self.standard, int) else str(number)
