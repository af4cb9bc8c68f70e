"""A date and a time agreed with a person."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.forms.base import ActionForm, ClockInput, DayInput


class BookingForm(ActionForm):
    """When the patient comes. Any coming day may be chosen; odd ones are said, not refused."""

    on = forms.DateField(label=gettext_lazy("Date"), widget=DayInput())
    at = forms.TimeField(label=gettext_lazy("Time"), widget=ClockInput(), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["on"].widget.attrs["min"] = today.isoformat()

    def clean_on(self) -> dt.date:
        on: dt.date = self.cleaned_data["on"]
        if on < self.today:
            raise forms.ValidationError(_("This day is over."))
        if on > self.today + dt.timedelta(400):
            raise forms.ValidationError(_("This is more than a year away. Check the year."))
        return on
