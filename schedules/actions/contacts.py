"""Keep how a call or a talk ended. A coming date defers the patient on the list, never hides them."""

import datetime as dt
import uuid
from typing import Any

from patients.actions.once import claim_form
from patients.actions.records import lock_patient
from patients.models import Patient
from patients.vocabulary import ContactOutcome
from schedules.models import Contact


def record_contact(
    *,
    patient: Patient,
    outcome: ContactOutcome,
    call_on: dt.date | None,
    note: str,
    token: uuid.UUID | None,
    by: Any,
) -> Contact:
    """One row per contact; `call_on` is the day to try again. Raises AlreadySubmittedError for a form sent twice;
    without `token` it is part of an action that has claimed the form."""
    if token is not None:
        claim_form(token=token, by=by)
    lock_patient(patient)
    return Contact.objects.create(
        clinic_id=patient.clinic_id, patient=patient, outcome=outcome, call_on=call_on, note=note, by=by
    )
