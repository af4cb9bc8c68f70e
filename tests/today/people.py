"""A small clinic on Monday 2 March 2026, with the people a worklist is made of."""

import datetime as dt
from typing import Any

from patients.models import Clinic, Patient
from schedules.actions.refresh import refresh_patients
from tests.factories import (
    MONDAY,
    AssessmentFactory,
    BatchFactory,
    DecisionFactory,
    InjectionFactory,
    OrderFactory,
    PatientFactory,
)

NOW = dt.datetime(2026, 3, 2, 10, 23, tzinfo=dt.UTC)


def days(number: int) -> dt.timedelta:
    return dt.timedelta(number)


def maintained(
    clinic: Clinic, *, due_on: dt.date, interval: str = "1wk", order: bool = True, **fields: Any
) -> Patient:
    """In prevention every week, the next dose due on `due_on`, everything else in order."""
    patient = PatientFactory(clinic=clinic, **fields)
    last = due_on - days(7)
    DecisionFactory(patient=patient, kind="start_prophylaxis", interval=interval, on=last)
    AssessmentFactory(patient=patient, on=last)
    InjectionFactory(patient=patient, on=last)
    if order:
        OrderFactory(patient=patient, regimen=interval, from_date=last)
    refresh_patients([patient.pk], cause="test", as_of=MONDAY)
    return patient


def shelf(clinic: Clinic, **fields: Any) -> Any:
    return BatchFactory(clinic=clinic, **fields)
