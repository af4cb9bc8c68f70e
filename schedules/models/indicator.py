"""What the nightly job counted: one row a clinic, month, indicator and responsible physician."""

from django.conf import settings
from django.db import models

from patients.models.clinic import Clinic


class IndicatorCount(models.Model):
    """Thrown away and counted again at will (`schedules.actions.count_indicators`); no name stands in it.

    `counts`: how many verdicts for each reason (`schedules.indicators.reasons.Why`). `people`: whose they are, for
    each reason a list of [patient key, ISO date or none]; read only for the list behind a number. The clinic's
    number is the sum over its physicians, patients without one included.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    indicator = models.CharField(max_length=24)
    physician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    counts = models.JSONField(default=dict)
    people = models.JSONField(default=dict)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "month", "indicator", "physician"],
                name="indicator_counted_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="indicator_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.clinic_id} {self.month:%Y-%m} {self.indicator}"
