"""Two records that turned out to be one person's."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patients.models.clinic import Clinic
from patients.models.history import keep_history
from patients.models.patient import Patient


@keep_history()
class Merge(models.Model):
    """Everything of `merged` moved to `kept`, and exactly what, so that it can be moved back.

    `moved`: keys of rows by table ("patients.injection"). `added`: keys of the numbers written for the kept record.
    `changed`: of each row that had to give way its table and key, and its fields' values before and after.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merged_by")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("how you know"), max_length=300)
    moved = models.JSONField(default=dict)
    added = models.JSONField(default=list)
    changed = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at__isnull=True), name="merged_once_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.kept_id}"
