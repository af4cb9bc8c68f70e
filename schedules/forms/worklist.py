"""What the address bar asks of the worklist, and what the download is for."""

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from schedules.forms.purposes import PurposeForm
from schedules.worklist import PHASES, SHOWS, Asked

LAST_PAGE = 10_000


def asked_of(address: QueryDict) -> Asked:
    """The filters; what is not understood narrows nothing."""
    phase, show, page = address.get("phase", ""), address.get("show", ""), address.get("page", "")
    return Asked(
        q=address.get("q", "").replace("\x00", "").strip()[:80],
        phase=phase if phase in PHASES else "",
        show=show if show in SHOWS else "",
        page=min(max(int(page), 1), LAST_PAGE) if page.isdecimal() and len(page) < 6 else 1,
    )


class DownloadForm(PurposeForm):
    """Why the list leaves the application."""

    purposes = (
        ("phone", _("To phone patients")),
        ("paper", _("To work on paper (no network, a visit at home)")),
        ("meeting", _("For the team's meeting")),
    )
