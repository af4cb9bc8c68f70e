"""What the address bar asks of the worklist, and what the download is for."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from schedules.worklist import PHASES, SHOWS, Asked

LAST_PAGE = 10_000
PURPOSES = [
    ("phone", _("To phone patients")),
    ("paper", _("To work on paper (no network, a visit at home)")),
    ("meeting", _("For the team's meeting")),
    ("other", _("Something else")),
]


def asked_of(address: QueryDict) -> Asked:
    """The filters; what is not understood narrows nothing."""
    phase, show, page = address.get("phase", ""), address.get("show", ""), address.get("page", "")
    return Asked(
        q=address.get("q", "").replace("\x00", "").strip()[:80],
        phase=phase if phase in PHASES else "",
        show=show if show in SHOWS else "",
        page=min(max(int(page), 1), LAST_PAGE) if page.isdecimal() and len(page) < 6 else 1,
    )


class DownloadForm(forms.Form):
    """Why the list leaves the application."""

    why = forms.ChoiceField(label=_("What is it for?"), choices=PURPOSES, widget=forms.RadioSelect)
    other = forms.CharField(label=_("In a few words"), max_length=150, required=False)

    def clean(self) -> dict[str, str]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("why") == "other" and not cleaned.get("other"):
            self.add_error("other", _("Write down what it is for."))
        return cleaned

    @property
    def purpose(self) -> str:
        """The purpose as the access log keeps it."""
        data = self.cleaned_data
        return data["other"] if data["why"] == "other" else str(dict(PURPOSES)[data["why"]])
