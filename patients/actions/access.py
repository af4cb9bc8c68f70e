"""Who looked at whom: one row for every read of a patient's page and every export."""

from collections.abc import Iterable

from django.http import HttpRequest

from patients.models import AccessLog, Clinic, Patient
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
        address=_address(request),
    )


def log_export(request: HttpRequest, clinic: Clinic, what: str, *, purpose: str) -> AccessLog:
    """Write that the request's user read or took out a list of the clinic's patients."""
    return AccessLog.objects.create(
        clinic=clinic, user=user_of(request), what=what, purpose=purpose, address=_address(request)
    )


def log_access_to_all(request: HttpRequest, patients: Iterable[Patient], what: str, *, purpose: str) -> None:
    """Write the same read for each of several patients."""
    AccessLog.objects.bulk_create(
        AccessLog(
            clinic_id=patient.clinic_id,
            patient=patient,
            user=user_of(request),
            what=what,
            purpose=purpose,
            address=_address(request),
        )
        for patient in patients
    )


def _address(request: HttpRequest) -> str | None:
    return request.META.get("REMOTE_ADDR") or None
