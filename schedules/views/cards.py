"""Paper for patients who cannot be reminded by e-mail: the list to phone from, and appointment cards.

Paper lies about and is carried home: nothing on it says what the visits are for.
"""

import datetime as dt
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patients.actions.access import log_access
from patients.models import AccessLog, Clinic, Patient
from patients.permissions import Action, allow, clinic_here, patient_or_404, user_of
from patients.templatetags.clinic_words import day, distance
from schedules.forms.worklist import asked_of
from schedules.messages.cards import card_of
from schedules.messages.rendering import place_lines
from schedules.messages.visits import visits_of
from schedules.worklist import UNREACHED, Line, worklist

CARDS_A_SHEET = 4


@dataclass(frozen=True, slots=True)
class ToPhone:
    """One line of the list: `on` is the day agreed, else the day to book; `note` says what is to be agreed, `why` why
    no e-mail reaches them."""

    name: str
    record_number: str
    phone: str
    on: str
    note: str
    ten_minutes_more: bool
    why: str


@require_safe
@allow(Action.SEE_LISTS, section="today")
def phone_list(request: HttpRequest) -> HttpResponse:
    """Everybody to phone, as Today narrows them, on one page to print."""
    clinic = clinic_here(request)
    now = clinic.now()
    lines = _lines(request, clinic, now)
    _log_paper(request, clinic, what="phone list", purpose=_("To phone patients"))
    context = {
        "rows": [_to_phone(line, now.date()) for line in lines],
        "today": now.date(),
        "clinic_name": place_lines(clinic)[0],
        "back": _back_to_list(request),
    }
    return render(request, "schedules/phone_list.html", context)


@require_safe
@allow(Action.SEE_LISTS, section="today")
def cards(request: HttpRequest) -> HttpResponse:
    """A card for everybody to phone, several a sheet."""
    clinic = clinic_here(request)
    now = clinic.now()
    uids = [line.uid for line in _lines(request, clinic, now)]
    keys = dict(Patient.objects.filter(uid__in=uids).values_list("uid", "pk"))
    _log_paper(request, clinic, what="appointment cards", purpose=_("To hand out appointment cards"))
    back = _back_to_list(request)
    return _cards_page(request, [keys[uid] for uid in uids], today=now.date(), back=back)


@require_safe
@allow(Action.SEE_LISTS, section="patient_search")
def patient_card(request: HttpRequest, uid: str) -> HttpResponse:
    """The card of one patient."""
    patient = patient_or_404(request, uid, Action.SEE_LISTS)
    log_access(request, patient, "appointment card")
    back = reverse("patient", args=[patient.uid])
    return _cards_page(request, [patient.pk], today=patient.clinic.today(), back=back)


def card_url_for(patient: Patient) -> str:
    """Where to print the card of a patient whom no e-mail will remind; nothing for the others."""
    return "" if patient.can_be_mailed else reverse("patient_card", args=[patient.uid])


def _cards_page(request: HttpRequest, patient_ids: list[int], *, today: dt.date, back: str) -> HttpResponse:
    visits = visits_of(patient_ids)
    found = [card_of(visits[pk], today=today) for pk in patient_ids if pk in visits]
    sheets = [found[start : start + CARDS_A_SHEET] for start in range(0, len(found), CARDS_A_SHEET)]
    return render(request, "schedules/cards.html", {"sheets": sheets, "count": len(found), "back": back})


def _lines(request: HttpRequest, clinic: Clinic, now: dt.datetime) -> list[Line]:
    asked = replace(asked_of(request.GET), show="phone", whole=True)
    return worklist(clinic.pk, asked, now=now, with_flags=False)


def _to_phone(line: Line, today: dt.date) -> ToPhone:
    if line.booked_on and line.booked_on >= today:
        at = f", {line.booked_at:%H:%M}" if line.booked_at else ""
        on, note = f"{day(line.booked_on)}{at}", "" if at else _("agree a time")
    elif line.book_on and line.book_on >= today:
        on, note = day(line.book_on), _("agree a time")
    else:
        on, note = day(line.due_on), _("%(late)s: agree a date") % {"late": distance(line.due_on, today)}
    why = str(UNREACHED[line.unreached])
    return ToPhone(line.name, line.record_number, line.phone, on, note, line.blood, why)


def _log_paper(request: HttpRequest, clinic: Clinic, *, what: str, purpose: str) -> None:
    """A list that leaves the application, as the download does."""
    AccessLog.objects.create(
        clinic=clinic,
        user=user_of(request),
        what=what,
        purpose=purpose,
        address=request.META.get("REMOTE_ADDR") or None,
    )


def _back_to_list(request: HttpRequest) -> str:
    address = request.GET.copy()
    address["show"] = "phone"
    return f"{reverse('today')}?{address.urlencode()}"
