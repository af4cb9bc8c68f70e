"""Who looked at whom: written on every read of a patient's page and every export, never changed."""

from django.conf import settings
from django.db import models

from patients.models.clinic import Clinic
from patients.models.patient import Patient


class AccessLog(models.Model):
    """One read or export. The application may only add rows."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    what = models.CharField(max_length=40)
    purpose = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-at"], name="access_by_patient"),
            models.Index(fields=["clinic", "-at"], name="access_by_clinic"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.what}"
