"""What every clinical row has: whose it is, who wrote it when, and whether it was struck out."""

import uuid

from django.conf import settings
from django.db import models

from patients.models.clinic import Clinic
from patients.models.patient import Patient
from patients.vocabulary import ErrorReason


class RecordQuerySet(models.QuerySet):
    """Rows of the clinical record."""

    def valid(self) -> "RecordQuerySet":
        """Those not entered in error."""
        return self.filter(error_at__isnull=True)

    def movable(self) -> "RecordQuerySet":
        """Those that may be written for another patient: valid, or struck out as that patient's and not moved yet."""
        left = models.Q(error_reason=ErrorReason.WRONG_PATIENT, amended_by__isnull=True)
        return self.filter(models.Q(error_at__isnull=True) | left)


class ClinicalRecord(models.Model):
    """A row of the record. Never deleted: a correction strikes it out (`error_*`) and may add a new row that
    `amends` it. `clinic` repeats the patient's for row-level security; the database checks they agree."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="%(class)ss")
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    error_at = models.DateTimeField(null=True, blank=True)
    error_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    error_reason = models.CharField(max_length=16, choices=ErrorReason.choices(), blank=True)
    error_note = models.CharField(max_length=300, blank=True)
    amends = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="amended_by"
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(error_at__isnull=True, error_reason="")
                | (models.Q(error_at__isnull=False) & ~models.Q(error_reason="")),
                name="%(class)s_error_says_why",
            )
        ]

    @property
    def entered_in_error(self) -> bool:
        return self.error_at is not None
