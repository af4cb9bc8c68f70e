"""The front page's word on the mail job: two parts, preparing and sending, in one row a clinic."""

import datetime as dt
from typing import Any

from django.db import transaction

from schedules.models import JobRun

JOB = "messages"


def note_run(clinic_id: int, part: str, *, now: dt.datetime, counts: dict[str, Any], error: str = "") -> None:
    """Keep what `part` ("preparing", "sending") did or why it failed; the run has ended well only while neither
    part has an error."""
    with transaction.atomic():
        JobRun.objects.bulk_create([JobRun(clinic_id=clinic_id, job=JOB)], ignore_conflicts=True)
        row = JobRun.objects.select_for_update().get(clinic_id=clinic_id, job=JOB)
        others = [line for line in row.error.splitlines() if not line.startswith(f"{part}: ")]
        row.error = "\n".join([*others, f"{part}: {' '.join(error.split())}"] if error else others)
        row.counts = row.counts | {part: counts}
        if not row.error:
            row.finished_at = now
        row.save()
