"""What the list of who had a batch is asked, and what is said of each of them."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.forms.base import ActionForm
from patients.vocabulary import ToldHow
from schedules.batch_people import BY_NAME, EVERYBODY, LEFT, NEWEST, TOLD
from schedules.forms.purposes import PurposeForm
from schedules.letters.batch_letter import ASKS, Wording

SHOWS = {EVERYBODY: _("Everybody"), LEFT: _("Not told yet"), TOLD: _("Told")}
ORDERS = {NEWEST: _("Newest dose first"), BY_NAME: _("By name")}


@dataclass(frozen=True, slots=True)
class AskedOfBatch:
    """The filters in the address; what is not understood narrows nothing."""

    show: str
    order: str

    @classmethod
    def of(cls, address: QueryDict) -> "AskedOfBatch":
        show, order = address.get("show", ""), address.get("order", "")
        return cls(show if show in SHOWS else EVERYBODY, order if order in ORDERS else NEWEST)


class TellForm(ActionForm):
    """How somebody was told, or that they were not reached."""

    how = forms.ChoiceField(choices=ToldHow.choices())
    note = forms.CharField(max_length=300, required=False)


class TokenForm(ActionForm):
    """A press that leads to one action and says nothing more."""


class BatchDownloadForm(PurposeForm):
    """Why the list of who had a batch leaves the application."""

    purposes = (
        ("phone", _("To phone patients")),
        ("report", _("To report to the manufacturer or an authority")),
        ("paper", _("To work on paper (no network, a visit at home)")),
    )


class BatchLettersForm(forms.Form):
    """What the letters say, and who gets one. Nothing is chosen for the reader's sake before somebody thinks of it."""

    words = forms.CharField(
        label=_("What happened, in the clinic's words"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Stands in every letter. Say what was found, and whether the dose still counts."),
    )
    asks = forms.ChoiceField(label=_("What should they do?"), choices=ASKS, widget=forms.RadioSelect)
    who = forms.ChoiceField(
        label=_("Who gets a letter?"),
        choices=[(LEFT, _("Those not told yet")), ("all", _("Everybody who had it"))],
        widget=forms.RadioSelect,
        initial=LEFT,
    )

    @property
    def wording(self) -> Wording:
        """As far as it is filled in: the rest is shown as a gap."""
        data: dict[str, Any] = getattr(self, "cleaned_data", {})
        return Wording(data.get("words") or "…", data.get("asks", ""))

    @property
    def show(self) -> str:
        """Which of the people are meant, as the list says it."""
        asked = self.data.get("who", LEFT) if self.is_bound else LEFT
        return EVERYBODY if asked == "all" else LEFT
