"""Merging two records, separating them, and moving an entry to the right patient."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.entry_words import entry_words
from patients.forms.base import ActionForm
from patients.models import LabResult
from schedules.forms.log_injection import ReasonFields


class MergeForm(ActionForm):
    """How one knows that it is the same person."""

    how = forms.CharField(
        label=gettext_lazy("How do you know that it is the same person?"),
        max_length=300,
        help_text=gettext_lazy("One sentence; it is kept with both records."),
    )


class SeparateForm(ActionForm):
    """Nothing to fill in: what moves is on the page."""


class MoveForm(ActionForm, ReasonFields):
    """Which results of a draw, how it happened, and why it is right where the rules question it."""

    results = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    note = forms.CharField(
        label=gettext_lazy("How did it happen?"),
        max_length=300,
        help_text=gettext_lazy("One sentence; it is kept with the entry that is struck out."),
    )

    def __init__(
        self, *args: Any, panel: Sequence[LabResult] = (), asks_how: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.panel = panel
        if not asks_how:  # It was said when the entry was struck out.
            del self.fields["note"]
        self.fields["results"].choices = [(str(row.uid), entry_words(row)) for row in panel]  # type: ignore[attr-defined]
        self.initial["results"] = [str(row.uid) for row in panel]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.panel and not cleaned.get("results"):
            self.add_error("results", _("Tick at least one result."))
        return cleaned

    @property
    def chosen(self) -> list[LabResult]:
        """The results that move; all of the draw while nothing was chosen."""
        ticked = self.cleaned_data.get("results") if self.is_bound else self.initial["results"]
        return [row for row in self.panel if str(row.uid) in (ticked or ())]
