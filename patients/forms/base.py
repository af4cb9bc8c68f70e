"""What every form of a clinical action has: a token, so that sending it twice records once."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms


class ActionForm(forms.Form):
    """A form that leads to one action. `helper` draws the fields only; the page has the form tag and buttons."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("token", uuid.uuid4())
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class DayInput(forms.DateInput):
    """A date as the browser's own date field."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class ClockInput(forms.TimeInput):
    """A time as the browser's own time field."""

    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)
