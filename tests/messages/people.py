"""A clinic that reminds, and a patient who may be written to, with the next visit set by hand."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.mail import EmailMultiAlternatives

from patients.models import Clinic, Patient
from schedules.messages.mail import Outbox
from schedules.models import Booking, Message, PatientSchedule
from tests.factories import ClinicFactory, PatientFactory

VISIT = dt.date(2026, 3, 18)  # a Wednesday
AGREED_AT = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)


def at(day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
    """A moment on `day`, in UTC, which is the factories' time zone."""
    return dt.datetime.combine(day, dt.time(hour, minute), dt.UTC)


def days_before(days: int, hour: int = 9) -> dt.datetime:
    return at(VISIT - dt.timedelta(days), hour)


def clinic_that_reminds(**fields: Any) -> Clinic:
    return ClinicFactory(**({"name": "Riverside Surgery", "open_weekdays": list(range(7))} | fields))


def patient_with_visit(clinic: Clinic, *, on: dt.date = VISIT, **fields: Any) -> Patient:
    """A patient in maintenance every four weeks (nobody asks in between how they are), due and to be booked on `on`;
    call inside the clinic's scope."""
    about = {"email": "ruth@mail.example", "email_consent": True, "email_consent_at": AGREED_AT}
    patient = PatientFactory(clinic=clinic, **(about | fields))
    plan(patient, on=on)
    return patient


def plan(patient: Patient, *, on: dt.date | None, **fields: Any) -> PatientSchedule:
    """Set the patient's next visit, as a write of the record would."""
    dates = {"due_on": on, "book_on": on, "missed_on": on and on + dt.timedelta(15)}
    about = {
        "clinic": patient.clinic,
        "phase": "maintenance",
        "interval": "4wk",
        "last_dose_on": dt.date(2026, 1, 18),
        "evaluated_on": dt.date(2026, 1, 18),
        "forecast_until": dt.date(2027, 1, 18),
    }
    return PatientSchedule.objects.update_or_create(patient=patient, defaults=about | dates | fields)[0]


def book(patient: Patient, *, on: dt.date, time: dt.time | None = dt.time(10, 20)) -> Booking:
    """Agree a date and time with the patient, instead of the one agreed before."""
    Booking.objects.filter(patient=patient).update(cancelled_at=AGREED_AT)
    last = PatientSchedule.objects.get(patient=patient).last_dose_on
    return Booking.objects.create(clinic=patient.clinic, patient=patient, on=on, at=time, after_dose_on=last)


def rows() -> list[tuple[str, dt.date, str, str]]:
    """The patients' messages in the order written: kind, date announced, step, state."""
    found = Message.objects.filter(patient__isnull=False).order_by("pk")
    return list(found.values_list("kind", "announced_on", "step", "state"))


class Server(Outbox):
    """Takes mails as a mail server would, and fails as told: `answers` gets the address and may raise."""

    def __init__(self, answer: Callable[[str], None] = lambda address: None) -> None:
        super().__init__()
        self.answer, self.taken, self.tried = answer, [], []

    def send(self, mail: EmailMultiAlternatives) -> None:
        self.tried.append(mail.to[0])
        self.answer(mail.to[0])
        self.taken.append(mail)
