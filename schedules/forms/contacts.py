"""How a call or a talk ended."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.forms.base import ActionForm, ClockInput, DayInput
from patients.vocabulary import CloseReason, ContactOutcome

# The first are one press each in the list; the others wait behind "Other…".
USUAL = (
    ContactOutcome.AGREED_DATE,
    ContactOutcome.CALL_LATER,
    ContactOutcome.NO_ANSWER,
    ContactOutcome.DECLINED,
)
RARE = tuple(outcome for outcome in ContactOutcome if outcome not in USUAL)
# What a press alone does not say: which date.
ASKS_DATE = {ContactOutcome.AGREED_DATE: "on", ContactOutcome.CALL_LATER: "call_on"}
# After these the record is closed, as a decision with a date and a source.
CLOSES = {
    ContactOutcome.DIED: CloseReason.DIED,
    ContactOutcome.MOVED_AWAY: CloseReason.TRANSFERRED,
    ContactOutcome.DECLINED: CloseReason.DECLINED,
}


class ContactForm(ActionForm):
    """An outcome, and the date it may ask for."""

    outcome = forms.ChoiceField(
        choices=ContactOutcome.choices(),
        error_messages={"required": gettext_lazy("Not saved yet: press what happened.")},
    )
    note = forms.CharField(label=gettext_lazy("Note (optional)"), max_length=300, required=False)
    on = forms.DateField(label=gettext_lazy("Date agreed"), widget=DayInput(), required=False)
    at = forms.TimeField(label=gettext_lazy("Time"), widget=ClockInput(), required=False)
    call_on = forms.DateField(label=gettext_lazy("Call again on"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("on", "call_on"):
            self.fields[name].widget.attrs["min"] = today.isoformat()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for outcome, name in ASKS_DATE.items():
            if cleaned.get("outcome") != outcome:
                cleaned[name] = None
            elif cleaned.get(name) and cleaned[name] < self.today:
                self.add_error(name, _("This day is over."))
        return cleaned

    @property
    def lacks_date(self) -> bool:
        """Whether the outcome pressed needs a date that was not given yet: ask for it, as the next step."""
        name = ASKS_DATE.get(self.cleaned_data.get("outcome", ""))
        return bool(name and not self.cleaned_data.get(name) and name not in self.errors)
