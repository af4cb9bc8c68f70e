"""What every write of the clinical record does: lock the patient, strike out, tell the calendar."""

from typing import Any, TypeVar

from django.utils import timezone

from patients.models import Patient
from patients.models.patient import MergedRecordError
from patients.models.record import ClinicalRecord
from patients.signals import record_changed
from patients.vocabulary import ErrorReason

RecordT = TypeVar("RecordT", bound=ClinicalRecord)
# What of a row is not its content.
_OWN = frozenset({"id", "uid", "recorded_at", "amends"}) | {
    f"error_{name}" for name in ("at", "by", "reason", "note")
}


class ChangedMeanwhileError(Exception):
    """Someone else changed the record first; nothing was written."""


def lock_patient(patient: Patient) -> Patient:
    """The patient's row, locked until the transaction ends: two writes for one patient come one after the other.

    Raises MergedRecordError for a record that was merged into another: nothing is written on it any more.
    """
    current = Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=patient.pk)
    if current.merged_into_id is not None:
        raise MergedRecordError(current)
    return current


def lock_both(one: Patient, other: Patient) -> tuple[Patient, Patient]:
    """Two patients' rows as `lock_patient`, merged records too. Always locked in the order of their keys, so that two
    such actions never wait for each other."""
    rows = Patient.objects.select_for_update(of=("self",)).select_related("clinic")
    found = {row.pk: row for row in rows.filter(pk__in=[one.pk, other.pk]).order_by("pk")}
    return found[one.pk], found[other.pk]


def tell_calendar(patient: Patient, *, cause: str) -> None:
    """Say that the patient's record changed; the calendar and flags are right before the transaction ends."""
    record_changed.send(sender=Patient, patient_id=patient.pk, cause=cause)


def strike_out(record: ClinicalRecord, *, reason: ErrorReason, note: str, by: Any) -> None:
    """Mark a row as entered in error; it stays, with who, when, why. ChangedMeanwhileError if it already was, or if it
    is with another patient now (two merged records were separated)."""
    struck = (
        type(record)
        .objects.filter(pk=record.pk, patient=record.patient_id, error_at__isnull=True)
        .update(error_at=timezone.now(), error_by=by, error_reason=reason, error_note=note)
    )
    if not struck:
        raise ChangedMeanwhileError("This entry was already corrected by someone else.")
    record.refresh_from_db()


def write_again(record: RecordT, **changes: Any) -> RecordT:
    """A new row with the content of `record` but for `changes`; `amends` says which row it stands for."""
    content = {
        field.name: getattr(record, field.name)
        for field in record._meta.concrete_fields
        if field.name not in _OWN
    }
    written: RecordT = type(record).objects.create(**content | changes, amends=record)
    return written


def ref(record: ClinicalRecord) -> str:
    """A record's name in flags and logs: "injection:17"."""
    return f"{record._meta.model_name}:{record.pk}"
