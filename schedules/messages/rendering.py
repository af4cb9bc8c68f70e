"""What a message says: templates in `templates/emails`, in the recipient's language, kept in the row as sent."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from patients.check_ins import Invited
from patients.models import Clinic, Patient
from schedules.messages.invitation import calendar_of
from schedules.messages.links import Recipient, check_in_url, unsubscribe_url
from schedules.messages.visits import Reminder, Visit
from schedules.messages.words import clinical_words, without_clinical_words
from schedules.models import Message

_DAY = "D j M Y"
_WITH_CALENDAR = frozenset({Message.Kind.VISIT_COMING, Message.Kind.DATE_CHANGED})


@dataclass(frozen=True, slots=True)
class Rendered:
    """The parts of a message."""

    subject: str
    text: str
    html: str
    calendar: str = ""


def sender_of(clinic: Clinic) -> str:
    """What stands in front of the sender's address and for the place: the sender name of the clinic's settings,
    else its name, unless that tells what the visit is for."""
    return next(iter(without_clinical_words([clinic.sender_name, clinic.name])), _("Your clinic"))


def place_of(clinic: Clinic) -> str:
    """Name and address in one line, without lines that tell what the visit is for."""
    return ", ".join(place_lines(clinic))


def place_lines(clinic: Clinic) -> list[str]:
    """The name, then the lines of the address that tell nothing of the visit."""
    name = clinic.name if not clinical_words(clinic.name) else sender_of(clinic)
    return [name, *without_clinical_words(line.strip(" ,") for line in clinic.address.splitlines())]


def first_name_of(patient: Patient) -> str:
    """The first name, or nothing where it would be a clinical word."""
    return next(iter(without_clinical_words([patient.given_name])), "")


def render_reminder(reminder: Reminder, visit: Visit, *, version: int, now: dt.datetime) -> Rendered:
    """A message to a patient about a visit; with a calendar entry when it tells the date of one to come, with the
    link to answer when it asks how they are (then the visit has an invitation)."""
    patient, clinic = visit.patient, visit.patient.clinic
    today = now.astimezone(clinic.tz).date()
    with translation.override(language_of(patient.language)):
        context: dict[str, Any] = {
            "first_name": first_name_of(patient),
            "day": date_format(visit.on, _DAY),
            "at": f"{visit.at:%H:%M}" if visit.at else "",
            "clinic": sender_of(clinic) if clinical_words(clinic.name) else clinic.name,
            "place": place_of(clinic),
            "phone": clinic.phone,
            "ten_minutes_more": visit.ten_minutes_more,
            "unsubscribe_url": unsubscribe_url(Recipient(clinic.pk, patient.uid), today=today),
        }
        if reminder.kind == Message.Kind.CHECK_IN and visit.invitation is not None:
            context["check_in_url"] = check_in_url(Invited(clinic.pk, patient.uid, visit.invitation.pk))
        calendar = ""
        if reminder.kind in _WITH_CALENDAR:
            summary = _("Visit: %(clinic)s") % {"clinic": context["clinic"]}
            calendar = calendar_of(visit, place=context["place"], summary=summary, version=version, now=now)
        return _render(reminder.kind, context, calendar)


def render_staff(kind: str, clinic: Clinic, *, path: str, **more: Any) -> Rendered:
    """A message to a member of staff: counts and a link, no patient data. `path` is opened after signing in."""
    with translation.override(settings.LANGUAGE_CODE):
        return _render(kind, {"clinic": sender_of(clinic), "url": settings.PUBLIC_URL + path, **more})


def _render(name: str, context: dict[str, Any], calendar: str = "") -> Rendered:
    return Rendered(
        subject=" ".join(render_to_string(f"emails/{name}.subject.txt", context).split()),
        text=render_to_string(f"emails/{name}.body.txt", context).strip() + "\n",
        html=render_to_string(f"emails/{name}.body.html", context).strip() + "\n",
        calendar=calendar,
    )


def language_of(wanted: str) -> str:
    """The patient's language where the texts exist in it, else the site's."""
    try:
        return translation.get_supported_language_variant(wanted)
    except LookupError:
        return settings.LANGUAGE_CODE
