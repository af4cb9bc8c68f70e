"""Putting a flag off and resolving it, each with a reason; the filters of the inbox."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from patients.forms.base import ActionForm, DayInput
from patients.templatetags.clinic_words import plain_date
from patients.vocabulary import Severity
from schedules.actions.flags import longest_snooze
from schedules.models import Flag


class FlagForm(ActionForm):
    """Which flag was looked at: `version` tells it from the same flag with newer facts."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=32)
    back = forms.CharField(widget=forms.HiddenInput, max_length=8, required=False)


class SnoozeForm(FlagForm):
    """Until when, and why."""

    until = forms.DateField(label=_("Show it again on"), widget=DayInput())
    reason = forms.CharField(label=_("Why can it wait?"), max_length=300)

    def __init__(self, *args: Any, severity: str, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.last = today, today + dt.timedelta(longest_snooze(severity))
        self.initial.setdefault("until", min(self.last, today + dt.timedelta(7)))
        self.fields["until"].help_text = _("%(days)s days at most.") % {"days": longest_snooze(severity)}
        self.fields["until"].widget.attrs |= {
            "min": (today + dt.timedelta(1)).isoformat(),
            "max": self.last.isoformat(),
        }

    def clean_until(self) -> dt.date:
        until: dt.date = self.cleaned_data["until"]
        if not self.today < until <= self.last:
            raise forms.ValidationError(_("From tomorrow to %(last)s.") % {"last": plain_date(self.last)})
        return until


class ResolveForm(FlagForm):
    """Why it is dealt with."""

    reason = forms.CharField(
        label=_("Why is it dealt with?"),
        max_length=300,
        help_text=_("It stays away until a newer record raises it again."),
    )


_NEW = ("", _("Not put off"))


class FlagFilter(forms.Form):
    """Narrows the inbox; what is not understood narrows nothing."""

    whose = forms.ChoiceField(
        label=_("Whose patients"),
        required=False,
        choices=[("", _("All patients")), ("mine", _("My patients"))],
    )
    severity = forms.ChoiceField(
        label=_("Severity"), required=False, choices=[("", _("Every severity")), *Severity.choices()]
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[_NEW, ("unseen", _("Nobody has seen")), ("snoozed", _("Put off")), ("all", _("All"))],
    )

    def narrow(self, found: QuerySet[Flag], *, user: Any, today: dt.date) -> QuerySet[Flag]:
        """`found` without what the filters leave out; what is put off is shown only when asked for."""
        self.is_valid()
        asked = getattr(self, "cleaned_data", {})
        if asked.get("whose") == "mine":
            found = found.filter(patient__physician=user)
        if asked.get("severity"):
            found = found.filter(severity=asked["severity"])
        state = asked.get("state")
        if state == "unseen":
            return found.filter(acknowledged_at__isnull=True)
        if state == "snoozed":
            return found.filter(snoozed_until__gt=today)
        if state == "all":
            return found
        return found.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=today))

    @property
    def narrows(self) -> bool:
        """Whether anything is left out that a person asked to leave out."""
        return any(getattr(self, "cleaned_data", {}).values())
