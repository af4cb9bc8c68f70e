"""Decisions as a person signs them: the form filled in, then signed."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.test import Client

from patients.models import Patient
from schedules.actions.refresh import refresh_patients
from tests.factories import AssessmentFactory, DecisionFactory, InjectionFactory, OrderFactory
from tests.record.desk import TODAY, Desk, address, typed

INJECTED = {"drug": "hydroxocobalamin", "dose": "1000", "unit": "ug", "route": "im"}
GO_AHEAD = {"override_reason": "specialist_advice", "override_note": "Agreed with neurology."}


def days(count: int) -> dt.timedelta:
    return dt.timedelta(count)


def ask(browser: Client, name: str, patient: Patient, **fields: Any) -> HttpResponse:
    """Fill the decision in and look, without signing."""
    return browser.post(address(name, patient), typed(**({"on": TODAY.isoformat()} | fields)))


def sign(browser: Client, name: str, patient: Patient, **fields: Any) -> HttpResponse:
    """Fill the decision in and sign it."""
    return ask(browser, name, patient, sign="1", **fields)


def prescribe(browser: Client, patient: Patient, **fields: Any) -> HttpResponse:
    return sign(browser, "decide_start", patient, **(INJECTED | fields))


def assessed(patient: Patient, on: dt.date = TODAY, **scores: int | None) -> None:
    AssessmentFactory(patient=patient, on=on, **scores)


def on_maintenance(
    desk: Desk, *, interval: str = "3mo", last: dt.date = dt.date(2026, 1, 12), **fields: Any
) -> Patient:
    """A patient whose six doses ended on `last` and who is in maintenance since; no symptoms."""
    patient = desk.patient(**fields)
    begun = last - days(11)
    assessed(patient, begun)
    DecisionFactory(patient=patient, on=begun, maintenance_interval=interval)
    OrderFactory(patient=patient, from_date=begun)
    for day in (0, 2, 4, 7, 9, 11):
        InjectionFactory(patient=patient, on=begun + days(day))
    refresh_patients([patient.pk], cause="test")
    return patient
