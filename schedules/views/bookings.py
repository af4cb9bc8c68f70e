"""Book a date for a patient, in place in the list or on a page of its own; cancel it."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from patients.actions.once import AlreadySubmittedError
from patients.models import Patient
from patients.notices import notify
from patients.permissions import Action, allow, patient_or_404
from patients.templatetags.clinic_words import day
from patients.views.page import patient_context
from schedules.actions.bookings import book_visit, cancel_bookings, next_to_book, standing_bookings
from schedules.facts import open_days
from schedules.forms.bookings import BookingForm
from schedules.models import Booking, PatientSchedule
from schedules.views.cards import card_url_for
from schedules.views.way_back import posted, way_back


def go_back(request: HttpRequest) -> HttpResponse:
    """To the list with its filters; a part of a page is told to go there."""
    url = way_back(request)
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]


@allow(Action.EDIT_IDENTITY)
def book(request: HttpRequest, uid: str) -> HttpResponse:
    """Agree a date for the open injection, else for the next test or review."""
    patient = patient_or_404(request, uid, Action.EDIT_IDENTITY)
    today = patient.clinic.today()
    kind, due_on = next_to_book(patient)
    standing = standing_bookings(patient).first()
    form = BookingForm(posted(request), today=today, initial=_first_choice(patient, standing, today))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = book_visit(
                patient=patient,
                on=data["on"],
                at=data["at"],
                note=data["note"],
                token=data["token"],
                by=request.user,
            )
        except AlreadySubmittedError:
            return go_back(request)
        say_booked(request, patient, made)
        return go_back(request)
    context = patient_context(request, patient) | {
        "form": form,
        "kind": kind,
        "due_on": due_on,
        "schedule": PatientSchedule.objects.filter(patient=patient).first(),
        "standing": standing if standing and standing.on >= today else None,
        "back": way_back(request),
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "schedules/book_inline.html", context)
    return render(request, "schedules/book.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Action.EDIT_IDENTITY)
def cancel_booking(request: HttpRequest, uid: str) -> HttpResponse:
    """End the booking; the event stays open."""
    patient = patient_or_404(request, uid, Action.EDIT_IDENTITY)
    if cancel_bookings(patient=patient, by=request.user):
        notify(request, _("Booking cancelled for %(name)s.") % {"name": patient.name})
    else:
        notify(request, _("Nothing is booked for %(name)s.") % {"name": patient.name})
    return go_back(request)


def say_booked(request: HttpRequest, patient: Patient, booking: Booking) -> None:
    """The notice after a booking: when, and whether the clinic is closed on that day."""
    days = open_days([patient.clinic])[patient.clinic_id]
    at = f", {booking.at:%H:%M}" if booking.at else ""
    words = _("Booked for %(name)s: %(day)s%(at)s.") % {
        "name": patient.name,
        "day": day(booking.on),
        "at": at,
    }
    if days.first_open(booking.on) != booking.on:
        words += " " + _("The clinic is closed that day.")
    undo_url = reverse("cancel_booking", args=[patient.uid])
    notify(request, words, undo_url=undo_url, card_url=card_url_for(patient))


def _first_choice(patient: Patient, standing: Booking | None, today: dt.date) -> dict[str, Any]:
    """What the form opens with: the date agreed before, else the day to book, else the next open day."""
    if standing is not None and standing.on >= today:
        return {"on": standing.on, "at": standing.at, "note": standing.note}
    book_on = PatientSchedule.objects.filter(patient=patient).values_list("book_on", flat=True).first()
    if book_on and book_on >= today:
        return {"on": book_on}
    return {"on": open_days([patient.clinic])[patient.clinic_id].first_open(today + dt.timedelta(1))}


for _view in (book, cancel_booking):
    _view.section = "today"  # type: ignore[attr-defined]
