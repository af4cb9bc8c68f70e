"""Causes, medicines and pregnancies: add them, say when they ended."""

import datetime as dt
import uuid
from typing import Any, TypeVar

from patients.actions.once import claim_form
from patients.actions.records import ChangedMeanwhileError, lock_patient, ref, tell_calendar
from patients.models import Cause, Medication, Patient, Pregnancy

BackgroundT = TypeVar("BackgroundT", Cause, Medication, Pregnancy)
# The field that says since when it no longer holds.
ENDS = {Cause: "resolved_on", Medication: "stopped_on", Pregnancy: "ended_on"}


def add_background(
    *, patient: Patient, model: type[BackgroundT], fields: dict[str, Any], token: uuid.UUID, by: Any
) -> BackgroundT:
    """Add a cause, a medicine or a pregnancy record; the calendar and flags follow at once."""
    claim_form(token=token, by=by)
    lock_patient(patient)
    row = model.objects.create(clinic_id=patient.clinic_id, patient=patient, recorded_by=by, **fields)
    tell_calendar(patient, cause=ref(row))
    return row


def end_background(*, patient: Patient, row: BackgroundT, on: dt.date) -> BackgroundT:
    """Say that it no longer holds since `on`; saying the same again changes nothing.

    Raises ChangedMeanwhileError if another day is on record: that is a correction, not an end.
    """
    lock_patient(patient)
    row.refresh_from_db()
    name = ENDS[type(row)]
    ended = getattr(row, name)
    if ended == on:
        return row
    if ended or row.entered_in_error:
        raise ChangedMeanwhileError("Somebody else ended or corrected this entry first.")
    setattr(row, name, on)
    row.save(update_fields=[name])
    tell_calendar(patient, cause=ref(row))
    return row
