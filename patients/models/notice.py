"""Who was told that a batch they had was withdrawn."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models.history import keep_history
from patients.models.product import Batch
from patients.models.record import ClinicalRecord
from patients.vocabulary import ToldHow


@keep_history()
class BatchNotice(ClinicalRecord):
    """One time a patient was told, or was not reached. Rows are added; a mistake is struck out.

    `number` as it stood on the page, `number_key` as it is looked up (`batch_key`); `batch` only where the batch is
    one on the shelf.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, blank=True, related_name="notices")
    number = models.CharField(_("batch"), max_length=40)
    number_key = models.CharField(max_length=40)
    how = models.CharField(_("how"), max_length=16, choices=ToldHow.choices())
    on = models.DateField(_("date"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(ClinicalRecord.Meta):
        constraints = [
            *ClinicalRecord.Meta.constraints,
            models.CheckConstraint(condition=~Q(number_key=""), name="notice_names_batch"),
            # Two people who tell the same person at once: the second is told so.
            models.UniqueConstraint(
                fields=["patient", "number_key", "batch"],
                condition=Q(error_at__isnull=True) & ~Q(how="not_reached"),
                nulls_distinct=False,
                name="told_once",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "number_key"], name="notice_by_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.how}"
