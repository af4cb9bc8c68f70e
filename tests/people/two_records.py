"""One person with two records, each with something in every table; and their rows as plain values."""

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from patients.models import BatchNotice, BloodDraw, Cause, Medication, Patient, PatientIdentifier, Pregnancy
from schedules.actions.merge import merge_records, moving_models, separate_records
from schedules.actions.refresh import refresh_patients
from schedules.models import Booking, Contact, Merge, Message
from tests.factories import (
    AssessmentFactory,
    CheckInFactory,
    DecisionFactory,
    InjectionFactory,
    LabResultFactory,
    OrderFactory,
)
from tests.record.desk import TODAY, Desk

Rows = dict[str, list[dict[str, Any]]]


def days(number: int) -> dt.timedelta:
    return dt.timedelta(number)


def full(desk: Desk, *, begun: dt.date, number: str, **fields: Any) -> Patient:
    """Loading three times weekly since `begun`, three doses, and a row in every table of the record."""
    patient = desk.patient(record_number=number, **fields)
    own = {"clinic": desk.clinic, "patient": patient}
    nurse = desk.users["nurse"]
    Cause.objects.create(**own, kind="pernicious_anaemia", recorded_by=nurse)
    Medication.objects.create(**own, drug="metformin", started_on=begun, recorded_by=nurse)
    Pregnancy.objects.create(**own, status="planning", from_date=begun, recorded_by=nurse)
    AssessmentFactory(patient=patient, on=begun, recorded_by=nurse)
    CheckInFactory(patient=patient, on=begun)
    decision = DecisionFactory(patient=patient, on=begun)
    OrderFactory(patient=patient, from_date=begun, decision=decision)
    for day in (0, 2, 4):
        dose = InjectionFactory(patient=patient, on=begun + days(day), recorded_by=nurse, given_by=nurse)
    BloodDraw.objects.create(**own, drawn_on=dose.on, injection=dose, recorded_by=nurse)
    InjectionFactory(
        patient=patient, on=begun, error_at=timezone.now(), error_reason="not_done", note="struck out"
    )
    LabResultFactory(patient=patient, drawn_on=begun, recorded_by=nurse)
    PatientIdentifier.objects.create(**own, system="NHS number", value=f"943 {number}")
    Contact.objects.create(**own, outcome="no_answer", by=nurse)
    BatchNotice.objects.create(
        **own, number=number, number_key=number, how="phone", on=begun, recorded_by=nurse
    )
    refresh_patients([patient.pk], cause="test")
    Booking.objects.create(
        **own, on=TODAY + days(1), at=dt.time(9), after_dose_on=dose.on, made_by=nurse, for_due_on=TODAY
    )
    return patient


def two(desk: Desk, **fields: Any) -> tuple[Patient, Patient]:
    """The older record and the newer one."""
    born = {"given_name": "Ruth", "birth_date": dt.date(1961, 3, 3)}
    kept = full(desk, begun=TODAY - days(12), number="RS-1", family_name="Calloway", **born)
    merged = full(desk, begun=TODAY - days(5), number="RS-2", family_name="Caloway", **(born | fields))
    return kept, merged


def merge(desk: Desk, kept: Patient, merged: Patient, **fields: Any) -> Merge:
    desk.look()
    asked = {"reason": "Same NHS card", "today": TODAY, "token": uuid.uuid4(), "by": desk.users["physician"]}
    return merge_records(kept=kept, merged=merged, **(asked | fields))


def separate(desk: Desk, merged: Patient, **fields: Any) -> Merge:
    desk.look()
    asked = {"today": TODAY, "token": uuid.uuid4(), "by": desk.users["physician"]}
    return separate_records(merged=merged, **(asked | fields))


def rows_of(patient: Patient) -> Rows:
    """Every row of the patient that would move, by table, in the order of their keys; struck-out ones, too."""
    return {
        model._meta.label_lower: [
            _values(row) for row in model._default_manager.filter(patient=patient).order_by("pk")
        ]
        for model in moving_models()
    }


def about(patient: Patient) -> dict[str, Any]:
    """The patient's own fields but for the version."""
    found = Patient.objects.get(pk=patient.pk)
    return {key: value for key, value in _values(found).items() if key != "version"}


def _values(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def queued(patient: Patient) -> Message:
    """A reminder that waits to be sent."""
    return Message.objects.create(
        clinic=patient.clinic, patient=patient, kind="visit_coming", announced_on=TODAY + days(1), step="1d",
        to="ruth@mail.example", subject="Your visit", text="Dear Ruth", next_attempt_at=timezone.now(),
    )  # fmt: skip
