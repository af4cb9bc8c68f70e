"""What every page about one patient shows at its top."""

from typing import Any

from django.http import HttpRequest

from patients.models import Patient
from patients.permissions import Action, member_of


def patient_context(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    """Context of components/patient_bar.html: the patient, their age, today at the clinic, and whether
    clinical words may stand there."""
    today = patient.clinic.today()
    return {
        "patient": patient,
        "today": today,
        "age": patient.age_on(today),
        "shows_clinical": member_of(request).may(Action.SEE_CLINICAL, patient.clinic_id),
    }
