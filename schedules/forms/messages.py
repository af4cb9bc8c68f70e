"""The filters of the messages page, as they stand in the address bar."""

import datetime as dt

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from patients.models.patient import fold
from schedules.models import Message
from schedules.worklist import MAIL_FAILED_FOR

_S = Message.State
# What a person asks for -> the states that answer it.
SHOWN = {
    "waiting": (_("Waiting"), [_S.QUEUED, _S.SENDING]),
    "sent": (_("Sent"), [_S.SENT]),
    "failed": (_("Not delivered"), [_S.FAILED, _S.BOUNCED]),
    "suppressed": (_("Not sent"), [_S.SUPPRESSED]),
}
# What Today counts: not delivered lately, and not sent since.
STUCK = ("stuck", _("Not delivered, last 7 days"))


class MessageFilter(forms.Form):
    """Narrows messages by patient, state and kind; what is not understood narrows nothing."""

    q = forms.CharField(label=_("Patient's name or record number"), required=False, max_length=80)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), *((k, v[0]) for k, v in SHOWN.items()), STUCK],
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All kinds")), *Message.Kind.choices]
    )

    def narrow(self, found: QuerySet[Message], *, now: dt.datetime) -> QuerySet[Message]:
        """`found` without what the filters leave out."""
        self.is_valid()
        asked = getattr(self, "cleaned_data", {})
        if text := asked.get("q"):
            by_name = Q(patient__name_key__contains=fold(text))
            found = found.filter(by_name | Q(patient__record_number__icontains=text.strip()))
        if (state := asked.get("state")) == STUCK[0]:
            again = Message.objects.filter(
                patient=OuterRef("patient"), announced_on=OuterRef("announced_on"), state=_S.SENT
            )
            lately = found.filter(state__in=SHOWN["failed"][1], created_at__gte=now - MAIL_FAILED_FOR)
            found = lately.filter(~Exists(again))
        elif state:
            found = found.filter(state__in=SHOWN[state][1])
        if kind := asked.get("kind"):
            found = found.filter(kind=kind)
        return found

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return any(getattr(self, "cleaned_data", {}).values())
