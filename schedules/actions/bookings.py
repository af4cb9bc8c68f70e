"""Agree a date with a person. A booking never closes an event: the dose, the draw or the assessment does."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from patients.actions.once import claim_form
from patients.actions.records import lock_patient
from patients.models import Patient
from schedules.models import Booking, OpenEvent, PatientSchedule

INJECTION = "injection"


def book_visit(
    *,
    patient: Patient,
    on: dt.date,
    at: dt.time | None,
    note: str,
    token: uuid.UUID,
    by: Any,
) -> Booking:
    """Book the patient's open injection, else their next blood test or review; an earlier booking ends.

    Raises AlreadySubmittedError for a form recorded before.
    """
    claim_form(token=token, by=by)
    lock_patient(patient)
    kind, due_on = next_to_book(patient)
    standing_bookings(patient).update(cancelled_at=timezone.now(), cancelled_by=by)
    last_dose = PatientSchedule.objects.filter(patient=patient).values_list("last_dose_on", flat=True).first()
    return Booking.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        kind=kind,
        for_due_on=due_on,
        on=on,
        at=at,
        after_dose_on=last_dose,
        note=note,
        made_by=by,
    )


def cancel_bookings(*, patient: Patient, by: Any) -> int:
    """End what is booked for this patient; how many. The events stay open."""
    lock_patient(patient)
    return standing_bookings(patient).update(cancelled_at=timezone.now(), cancelled_by=by)


def standing_bookings(patient: Patient) -> QuerySet[Booking]:
    """What nobody has cancelled: one at most, since agreeing a date ends what was agreed before."""
    return Booking.objects.filter(patient=patient, cancelled_at__isnull=True)


def next_to_book(patient: Patient) -> tuple[str, dt.date | None]:
    """What a date is agreed for: the open injection, else the earliest open event, else a dose without a plan."""
    events = list(OpenEvent.objects.filter(patient=patient).order_by("due_on").values_list("kind", "due_on"))
    injection = next((event for event in events if event[0] == INJECTION), None)
    return injection or next(iter(events), (INJECTION, None))
