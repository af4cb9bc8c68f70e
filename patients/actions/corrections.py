"""Strike out an entry that is wrong: it stays, with who, when and why, and no longer counts."""

import uuid
from typing import Any

from django.db import transaction

from patients.actions.once import claim_form
from patients.actions.records import lock_patient, ref, strike_out, tell_calendar
from patients.models import (
    Assessment,
    BatchNotice,
    Cause,
    CheckIn,
    Injection,
    LabResult,
    Medication,
    Patient,
    Pregnancy,
)
from patients.models.record import ClinicalRecord
from patients.permissions import Action, Membership
from patients.vocabulary import ErrorReason

# What may be struck out, by its word in the address.
CORRECTABLE: dict[str, type[ClinicalRecord]] = {
    "injection": Injection,
    "result": LabResult,
    "assessment": Assessment,
    "check_in": CheckIn,
    "cause": Cause,
    "medicine": Medication,
    "pregnancy": Pregnancy,
    "notice": BatchNotice,
}
# What may be moved to the patient it belongs to, as a whole (schedules.actions.move_entry).
MOVABLE = frozenset({"injection", "result", "assessment"})


def may_correct(member: Membership, record: ClinicalRecord, *, by: Any) -> bool:
    """Own entries by whoever may write them; another's by a physician only."""
    own = record.recorded_by_id == by.pk and member.may(Action.ENTER_CLINICAL, record.clinic_id)
    return own or member.may(Action.CORRECT_OTHERS, record.clinic_id)


@transaction.atomic
def correct_record(
    *, patient: Patient, record: ClinicalRecord, reason: ErrorReason, note: str, token: uuid.UUID, by: Any
) -> None:
    """Strike the entry out; the calendar and flags follow at once.

    Raises ChangedMeanwhileError if it already was, AlreadySubmittedError for a form that was recorded before.
    """
    claim_form(token=token, by=by)
    lock_patient(patient)
    strike_out(record, reason=reason, note=note, by=by)
    tell_calendar(patient, cause=ref(record))
