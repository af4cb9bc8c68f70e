"""The record: who, what was given, what was measured. Nothing clinical is deleted; corrections keep the old row."""

from patients.models.access import AccessLog
from patients.models.check_in import CheckIn, CheckInInvitation
from patients.models.clinic import Clinic, ClinicDefaults, ClinicRole, ClosedDate
from patients.models.clinical import (
    Assessment,
    BloodDraw,
    Cause,
    Injection,
    LabResult,
    Medication,
    Pregnancy,
)
from patients.models.form import SubmittedForm
from patients.models.notice import BatchNotice
from patients.models.patient import Patient, PatientIdentifier
from patients.models.product import Batch, Product

__all__ = [
    "AccessLog",
    "Assessment",
    "Batch",
    "BatchNotice",
    "BloodDraw",
    "Cause",
    "CheckIn",
    "CheckInInvitation",
    "Clinic",
    "ClinicDefaults",
    "ClinicRole",
    "ClosedDate",
    "Injection",
    "LabResult",
    "Medication",
    "Patient",
    "PatientIdentifier",
    "Pregnancy",
    "Product",
    "SubmittedForm",
]
