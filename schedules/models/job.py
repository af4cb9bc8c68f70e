"""When the background work last ran for a clinic; read on the front page, red when late."""

from django.db import models

from patients.models.clinic import Clinic


class JobRun(models.Model):
    """The latest run of a job for a clinic: for which civil date, when it ended, what it did, or why it failed."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="job_runs")
    job = models.CharField(max_length=24)
    ran_for = models.DateField(null=True)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "job"], name="job_run_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.clinic_id}"
