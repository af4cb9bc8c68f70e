"""Two clinics with a person and their whole record in each, for tests of who may see what."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from patients.models import Batch, BatchNotice, Cause, Clinic, ClosedDate, Injection, Patient
from patients.models.product import batch_key
from patients.permissions import Role
from patients.scope import set_local_scope
from schedules.actions.refresh import refresh_patients
from schedules.models import Decision, Message, Order
from tests import factories as make


@dataclass(frozen=True, slots=True)
class Side:
    """One clinic with its people; `secret` stands in everything that belongs to its patient."""

    clinic: Clinic
    secret: str
    patient: Patient
    cause: Cause
    injection: Injection
    decision: Decision
    order: Order
    message: Message
    batch: Batch
    notice: BatchNotice
    typed_batch: str
    closed: ClosedDate
    members: dict[Role, Any]


def make_side(name: str, secret: str) -> Side:
    """A clinic, one member a role, one patient in loading with a record, a mail and flags. Ends with its scope set."""
    clinic = make.ClinicFactory(name=name)
    set_local_scope([clinic.pk])
    members = {role: make.member(clinic, role) for role in Role}
    patient = make.PatientFactory(clinic=clinic, family_name=secret, email=f"{secret}@mail.example")
    cause = Cause.objects.create(
        clinic=clinic, patient=patient, kind="dietary", note=f"note {secret}", recorded_by=members[Role.NURSE]
    )
    make.AssessmentFactory(patient=patient, note=f"assessed {secret}")
    decision = make.DecisionFactory(patient=patient)
    order = make.OrderFactory(patient=patient)
    batch = make.BatchFactory(
        product=make.ProductFactory(clinic=clinic), clinic=clinic, number=f"batch-{secret}",
        withdrawn_at=timezone.now(), withdrawn_reason="Recalled",
    )  # fmt: skip
    injection = make.InjectionFactory(patient=patient, batch=batch, note=f"dose {secret}")
    typed_batch = f"typed-{secret}"
    make.InjectionFactory(patient=patient, batch_number=typed_batch, place="elsewhere")
    notice = BatchNotice.objects.create(
        clinic=clinic, patient=patient, batch=batch, number=batch.number, number_key=batch_key(batch.number),
        how="not_reached", on=make.MONDAY, note=f"phoned {secret}", recorded_by=members[Role.NURSE],
    )  # fmt: skip
    make.LabResultFactory(patient=patient)
    message = Message.objects.create(
        clinic=clinic, patient=patient, kind="visit_coming", announced_on=make.MONDAY, step="1d",
        to=patient.email, subject="Your visit", text=f"Dear {secret}", next_attempt_at=timezone.now(),
    )  # fmt: skip
    refresh_patients([patient.pk], cause="test")
    closed = ClosedDate.objects.create(clinic=clinic, date=make.MONDAY.replace(month=5), name=f"day {secret}")
    return Side(
        clinic, secret, patient, cause, injection, decision, order, message, batch, notice, typed_batch, closed, members
    )  # fmt: skip
