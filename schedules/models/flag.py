"""Flags and their whole life."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from patients.models.clinic import Clinic
from patients.models.history import keep_history
from patients.models.patient import Patient
from patients.vocabulary import Severity


@keep_history()
class Flag(models.Model):
    """One per patient and code while its condition holds (`cleared_on` empty).

    Acknowledged and snoozed flags still stand. A resolved one stays resolved until its condition has been
    false, or its facts name a newer record: then it is cleared and a new one is raised.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="flags")
    code = models.CharField(max_length=48)
    severity = models.CharField(max_length=8, choices=Severity.choices())
    rules = ArrayField(models.CharField(max_length=4), default=list)
    facts = models.JSONField(default=dict)
    reason = models.CharField(max_length=600)
    next_step = models.CharField(max_length=300)
    raised_on = models.DateField()
    raised_at = models.DateTimeField(auto_now_add=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    snoozed_until = models.DateField(null=True, blank=True)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    snooze_reason = models.CharField(max_length=300, blank=True)
    cleared_on = models.DateField(null=True, blank=True)
    cleared_by = models.CharField(max_length=60, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolve_reason = models.CharField(max_length=300, blank=True)
    alerted_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "code"],
                condition=Q(cleared_on__isnull=True),
                name="one_standing_flag_a_code",
            ),
            models.CheckConstraint(
                condition=Q(cleared_on__isnull=True) | Q(cleared_on__gte=F("raised_on")), name="flag_in_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "severity"],
                condition=Q(cleared_on__isnull=True, resolved_at__isnull=True),
                name="flag_active",
            ),
            models.Index(fields=["patient", "-raised_at"], name="flag_by_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.code}"
