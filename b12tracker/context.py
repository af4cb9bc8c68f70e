"""What every page's shell needs: who is signed in, where, and how many urgent flags wait."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from patients.models import Clinic
from patients.permissions import Action, Membership
from schedules.queries import urgent_flag_count


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry of the main menu; `count` is shown as a number that wants attention."""

    label: str
    url: str
    current: bool
    count: int = 0


# Address name, words, action; in the order shown. The menu has only what opens.
MENU = [
    ("today", _("Today"), Action.SEE_LISTS),
    ("patient_search", _("Patients"), Action.SEE_LISTS),
    ("flags", _("Flags"), Action.SEE_CLINICAL),
    ("calendar", _("Calendar"), Action.CALENDAR),
    ("messages", _("Messages"), Action.MESSAGES),
    ("indicators", _("Indicators"), Action.INDICATORS),
    ("batch_list", _("Batches"), Action.LOOK_UP_BATCH),
    ("guideline", _("Guideline"), Action.GUIDELINE),
    ("clinic", _("Clinic"), Action.MANAGE_CLINIC),
]


def _waiting(request: HttpRequest, clinic: Clinic | None) -> int:
    """Urgent flags that nobody has acknowledged; a page that has counted them already says so at the request."""
    if clinic is None:
        return 0
    known: int | None = getattr(request, "urgent_flags", None)
    return urgent_flag_count(clinic) if known is None else known


def _menu(request: HttpRequest, member: Membership) -> list[MenuEntry]:
    match = request.resolver_match
    section = getattr(match.func, "section", match.url_name) if match else ""
    return [
        MenuEntry(
            label=str(label),
            url=reverse(name),
            current=section == name,
            count=_waiting(request, member.clinic) if name == "flags" else 0,
        )
        for name, label, action in MENU
        if member.may(action)
    ]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of templates/base.html. One query, only for those who may see flags."""
    member: Membership = getattr(request, "member", None) or Membership.nobody()
    return {
        "member": member,
        "clinic": member.clinic,
        "embedded": settings.EMBEDDED,
        "may_search": member.may(Action.SEE_LISTS),
        "menu": _menu(request, member) if member.clinic else [],
    }
