"""Who looked at whom: one row for every read of a patient's page and every export."""

from django.http import HttpRequest

from patients.models import AccessLog, Patient
from patients.permissions import user_of


def log_access(request: HttpRequest, patient: Patient, what: str, *, purpose: str = "") -> AccessLog:
    """Write that the request's user read `what` of the patient ("page", "results as CSV"), and from where.

    Part of the request's transaction: a page that fails was not read.
    """
    return AccessLog.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        user=user_of(request),
        what=what,
        purpose=purpose,
        address=request.META.get("REMOTE_ADDR") or None,
    )
