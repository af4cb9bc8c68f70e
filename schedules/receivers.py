"""Answers to the record: a change of a patient's record refreshes that patient's calendar at once."""

from typing import Any

from django.dispatch import receiver

from patients.signals import record_changed
from schedules.actions.refresh import refresh_patients


@receiver(record_changed)
def refresh_calendar(*, patient_id: int, cause: str, **_: Any) -> None:
    """Evaluate the patient again, in the transaction of the write."""
    refresh_patients([patient_id], cause=cause)
