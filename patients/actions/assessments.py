"""Record a clinician's assessment of the five domains (R2)."""

import datetime as dt
import uuid
from typing import Any

from patients.actions.once import claim_form
from patients.actions.records import lock_patient, ref, tell_calendar
from patients.models import Assessment, Patient


def record_assessment(
    *,
    patient: Patient,
    on: dt.date,
    at: dt.time | None,
    scores: dict[str, int | None],
    note: str,
    same_as_last: bool = False,
    token: uuid.UUID,
    by: Any,
) -> Assessment:
    """Scores 0 to 3 by domain code, null where not assessed; the calendar and flags follow at once."""
    claim_form(token=token, by=by)
    lock_patient(patient)
    assessment = Assessment.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        on=on,
        at=at,
        note=note,
        same_as_last=same_as_last,
        recorded_by=by,
        **scores,
    )
    tell_calendar(patient, cause=ref(assessment))
    return assessment
