"""A clinic whose patients pass and fail, with fixed dates, for tests of counting and of the pages."""

import datetime as dt
from typing import Any

from patients.models import Patient
from patients.scope import clinic_scope
from schedules.actions.count_indicators import count_clinic
from schedules.actions.refresh import refresh_patients
from schedules.models import Contact
from tests.factories import DecisionFactory, InjectionFactory, PatientFactory

NOW = dt.datetime(2026, 9, 16, 9, 30, tzinfo=dt.UTC)  # a Wednesday
TODAY = NOW.date()
COUNTED_AT = dt.datetime(2026, 9, 16, 2, 15, tzinfo=dt.UTC)


def on_monthly_prevention(
    clinic: Any, *, came_until: int = 9, interval: str = "1mo", **fields: Any
) -> Patient:
    """Prevention since 2 June 2026; the doses of the 2nd of each month up to and with `came_until`. In the clinic's
    scope."""
    patient: Patient = PatientFactory(clinic=clinic, **fields)
    Patient.objects.filter(pk=patient.pk).update(created_at=dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC))
    DecisionFactory(
        patient=patient, kind="start_prophylaxis", on=dt.date(2026, 6, 2), interval=interval, protocol=""
    )
    for month in range(6, came_until + 1):
        InjectionFactory(patient=patient, on=dt.date(2026, month, 2))
    return patient


def contacted(patient: Patient, outcome: str, at: dt.datetime, **fields: Any) -> None:
    row = Contact.objects.create(clinic=patient.clinic, patient=patient, outcome=outcome, **fields)
    Contact.objects.filter(pk=row.pk).update(at=at)


def filled(clinic: Any, *, physician: Any = None, many: int = 1) -> list[Patient]:
    """`many` patients as they should be and `many` on every 2 months who did not come in September; evaluated."""
    with clinic_scope([clinic.pk]):
        good = [
            on_monthly_prevention(clinic, family_name="Brambleby", physician=physician) for _ in range(many)
        ]
        bad = [
            on_monthly_prevention(clinic, family_name="Quillfeather", came_until=6, interval="2mo")
            for _ in range(many)
        ]
        for patient in bad:
            contacted(patient, "no_answer", dt.datetime(2026, 9, 10, tzinfo=dt.UTC))
        refresh_patients([patient.pk for patient in (*good, *bad)], cause="test", as_of=TODAY)
    return [*good, *bad]


def counted(clinic: Any) -> dict[int, str]:
    return count_clinic(clinic, today=TODAY, now=COUNTED_AT)
