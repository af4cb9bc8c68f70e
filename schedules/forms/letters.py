"""What a clinician wants in the summary, and what all data of a patient are taken out for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schedules.forms.purposes import PurposeForm
from schedules.letters.material import StandingFlag
from schedules.letters.summary import ALL_PARTS, PARTS, Choice, usual_flags


class SummaryForm(forms.Form):
    """Parts, flags, a paragraph of one's own, and to whom."""

    to = forms.CharField(
        label=_("To (name and address, optional)"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    words = forms.CharField(
        label=_("In your own words (optional)"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    parts = forms.MultipleChoiceField(
        label=_("What stands in it"), choices=PARTS, required=False, widget=forms.CheckboxSelectMultiple
    )
    flags = forms.MultipleChoiceField(
        label=_("Flags to tell"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, flags: Sequence[StandingFlag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.usual = usual_flags(flags)
        self.fields["flags"].choices = [(flag.code, flag.title) for flag in flags]  # type: ignore[attr-defined]
        if not flags:
            del self.fields["flags"]
        self.initial.update({"parts": list(ALL_PARTS), "flags": self.usual})

    @property
    def choice(self) -> Choice:
        """What is chosen; as at first while the form was not sent, or not understood."""
        if not (self.is_bound and self.is_valid()):
            return Choice(ALL_PARTS, tuple(self.usual))
        data = self.cleaned_data
        return Choice(tuple(data["parts"]), tuple(data.get("flags", [])), data["words"], data["to"])


class EverythingForm(PurposeForm):
    """Why all data of a patient leave the application."""

    purposes = (
        ("patient", _("The patient asked for it")),
        ("moves", _("Another clinic takes over")),
        ("question", _("A complaint or a legal question")),
    )
