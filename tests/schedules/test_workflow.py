"""Flags of the clinic's own work: raised and closed like the guideline's."""

import datetime as dt

import pytest
from django.utils import timezone

from patients.models import Patient
from patients.scope import clinic_scope
from patients.vocabulary import Phase
from schedules.actions.rebuild import differences
from schedules.actions.refresh import refresh_patients
from schedules.actions.sweep import sweep
from schedules.models import Flag, Order
from schedules.workflow import Noted, workflow_findings, workflow_spans
from tests.factories import (
    MONDAY,
    ClinicFactory,
    DecisionFactory,
    InjectionFactory,
    OrderFactory,
    PatientFactory,
)

DAY = dt.timedelta(1)
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
ORDERED = Noted(Phase.MAINTENANCE, "order:1", MONDAY)


@pytest.mark.parametrize(
    ("noted", "on", "codes"),
    [
        (ORDERED, MONDAY, []),
        (ORDERED, MONDAY + DAY, ["ORDER_EXPIRED"]),
        (Noted(Phase.LOADING, "order:1", MONDAY), MONDAY + DAY, ["ORDER_EXPIRED"]),
        (Noted(Phase.STOPPED, "order:1", MONDAY), MONDAY + DAY, []),
        (Noted(Phase.MAINTENANCE, "order:1", None), MONDAY + 999 * DAY, []),
        (Noted(Phase.MAINTENANCE), MONDAY, []),
        (Noted(Phase.STOPPED, reaction="injection:3", reaction_on=MONDAY), MONDAY, ["REACTION_REVIEW"]),
        (Noted(Phase.CLOSED, reaction="injection:3", reaction_on=MONDAY), MONDAY, []),
    ],
)
def test_what_holds_on_a_day(noted: Noted, on: dt.date, codes: list[str]) -> None:
    assert [finding.code for finding in workflow_findings(noted, on=on)] == codes


def test_an_order_that_will_run_out_is_forecast() -> None:
    (span,) = workflow_spans(ORDERED, start=MONDAY - DAY, until=MONDAY + DAY)
    assert (span.rises_on, span.falls_on) == (MONDAY + DAY, None)
    assert list(workflow_spans(ORDERED, start=MONDAY - DAY, until=MONDAY)) == []


def patient_with_order(until: dt.date) -> Patient:
    clinic = ClinicFactory()
    with clinic_scope([clinic.pk]):
        patient = PatientFactory(clinic=clinic)
        DecisionFactory(patient=patient, kind="start_prophylaxis", interval="1mo")
        InjectionFactory(patient=patient)
        OrderFactory(patient=patient, regimen="1mo", until=until)
        refresh_patients([patient.pk], cause="test", as_of=MONDAY)
    return patient


def standing(patient: Patient, code: str) -> Flag | None:
    with clinic_scope([patient.clinic_id]):
        return Flag.objects.filter(patient=patient, code=code, cleared_on__isnull=True).first()


@pytest.mark.django_db
def test_the_night_raises_it_and_a_new_order_closes_it() -> None:
    patient = patient_with_order(until=MONDAY + DAY)
    assert standing(patient, "ORDER_EXPIRED") is None
    sweep([patient.clinic_id], day=MONDAY + 2 * DAY, now=NOW)
    flag = standing(patient, "ORDER_EXPIRED")
    assert flag is not None
    assert flag.reason == "The order was to be renewed by 3 Mar 2026."
    assert list(differences(patient.clinic, as_of=MONDAY + 2 * DAY)) == []
    with clinic_scope([patient.clinic_id]):
        Order.objects.filter(patient=patient).update(ended_on=MONDAY + 2 * DAY)
        OrderFactory(patient=patient, regimen="1mo", from_date=MONDAY + 2 * DAY)
        refresh_patients([patient.pk], cause="order:2", as_of=MONDAY + 2 * DAY)
    assert standing(patient, "ORDER_EXPIRED") is None


@pytest.mark.django_db
def test_a_reaction_once_resolved_comes_back_only_with_a_newer_one() -> None:
    patient = patient_with_order(until=MONDAY + 900 * DAY)
    with clinic_scope([patient.clinic_id]):
        InjectionFactory(patient=patient, on=MONDAY + DAY, reaction="Rash")
        refresh_patients([patient.pk], cause="test", as_of=MONDAY + DAY)
        Flag.objects.filter(code="REACTION_REVIEW").update(
            resolved_at=timezone.now(), resolve_reason="Harmless"
        )
        InjectionFactory(patient=patient, on=MONDAY + 2 * DAY)
        refresh_patients([patient.pk], cause="test", as_of=MONDAY + 2 * DAY)
    flag = standing(patient, "REACTION_REVIEW")
    assert flag is not None
    assert flag.resolve_reason == "Harmless"
    with clinic_scope([patient.clinic_id]):
        again = InjectionFactory(patient=patient, on=MONDAY + 3 * DAY, screening_yes=["reaction"])
        refresh_patients([patient.pk], cause="test", as_of=MONDAY + 3 * DAY)
    flag = standing(patient, "REACTION_REVIEW")
    assert flag is not None
    assert (flag.resolved_at, flag.facts) == (None, {"injection": f"injection:{again.pk}"})
