"""Count the indicators of a clinic's last months, every night after the sweep and when asked.

The patients are judged batch by batch, each batch read in a transaction of its own; then all rows of the clinic are
replaced in one. A killed worker leaves the rows of the night before, and the beat begins again.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules.actions import sweep
from schedules.actions.rebuild import patient_ids_of
from schedules.actions.refresh import BATCH
from schedules.indicators.histories import histories_of
from schedules.indicators.reasons import Indicator, Why
from schedules.indicators.verdicts import months_up_to, verdicts_of
from schedules.models import IndicatorCount, JobRun

log = logging.getLogger(__name__)
JOB = "indicators"

# Month, indicator and responsible physician of one row.
Key = tuple[dt.date, Indicator, int | None]


@dataclass
class Tally:
    """The verdicts so far: for each row and reason the patients with their days; and who could not be judged."""

    months: list[dt.date]
    today: dt.date
    people: dict[Key, dict[Why, list[tuple[int, str | None]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    failed: dict[int, str] = field(default_factory=dict)

    def add(self, patients: list[Patient]) -> None:
        """Judge patients; one who cannot be evaluated is left out whole and does not stop the others."""
        try:
            with transaction.atomic():
                histories = histories_of(patients)
        except Exception as error:  # noqa: BLE001 (found one by one)
            self._add_one_by_one(patients, error)
            return
        for patient in patients:
            try:
                found = list(verdicts_of(histories[patient.pk], self.months, today=self.today))
            except Exception as error:  # noqa: BLE001 (said in the job's row, with the patient's key only)
                log.exception("patient %s could not be counted", patient.pk)
                self.failed[patient.pk] = type(error).__name__
                continue
            for month, indicator, verdict in found:
                day = verdict.on.isoformat() if verdict.on else None
                self.people[month, indicator, patient.physician_id][verdict.why].append((patient.pk, day))

    def _add_one_by_one(self, patients: list[Patient], error: Exception) -> None:
        if len(patients) == 1:
            log.error("patient %s could not be read: %s", patients[0].pk, type(error).__name__)
            self.failed[patients[0].pk] = type(error).__name__
            return
        for patient in patients:
            self.add([patient])

    def rows(self, clinic: Clinic, *, now: dt.datetime) -> list[IndicatorCount]:
        """What is stored of it."""
        return [
            IndicatorCount(
                clinic=clinic,
                month=month,
                indicator=indicator,
                physician_id=physician,
                counts={why: len(people) for why, people in by_reason.items()},
                people=by_reason,
                counted_at=now,
            )
            for (month, indicator, physician), by_reason in self.people.items()
        ]


def ask_for_count(clinic: Clinic) -> None:
    """Say in a row that the clinic is to be counted again: a worker does it at once if the broker is there, else at
    the beat's next tick."""
    JobRun.objects.update_or_create(
        clinic=clinic, job=JOB, defaults={"finished_at": None, "counts": {}, "error": ""}
    )


def count_due_clinics(*, now: dt.datetime) -> list[int]:
    """Count every clinic that asked for it, or that was swept since it was last counted.

    One clinic that fails does not stop the others: its row says why, and the next tick tries again. Returns the
    keys of the clinics counted.
    """
    done = []
    for clinic in _due_clinics():
        try:
            count_clinic(clinic, today=now.astimezone(clinic.tz).date(), now=now)
            done.append(clinic.pk)
        except Exception as error:  # noqa: BLE001 (the row says why)
            log.exception("clinic %s could not be counted", clinic.pk)
            _note(clinic, error=type(error).__name__)
    return done


def _due_clinics() -> list[Clinic]:
    counted, swept = (
        dict(JobRun.objects.filter(job=job).values_list("clinic_id", "finished_at"))
        for job in (JOB, sweep.JOB)
    )
    due = []
    for clinic in Clinic.objects.order_by("pk"):
        last, night = counted.get(clinic.pk), swept.get(clinic.pk)
        wanted = clinic.pk in counted and last is None
        if wanted or (night is not None and (last is None or last < night)):
            due.append(clinic)
    return due


def count_clinic(
    clinic: Clinic,
    *,
    today: dt.date,
    now: dt.datetime,
    progress: Callable[[int, int], None] | None = None,
) -> dict[int, str]:
    """Judge every patient of a clinic for the last months and replace its rows; safe to run again at any time.

    Returns who could not be evaluated and why; they are in no count, and their keys stand in the JobRun
    "indicators". `progress(done, total)` is called after each batch; the same numbers stand in that row.
    """
    ids = patient_ids_of(clinic)
    tally = Tally(months_up_to(today), today)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        with clinic_scope([clinic.pk]):
            # A record merged into another holds nothing that is not counted there.
            patients = Patient.objects.filter(pk__in=batch, merged_into__isnull=True)
            tally.add(list(patients.select_related("clinic").order_by("pk")))
            _note(clinic, counts={"done": start + len(batch), "total": len(ids)})
        if progress:
            progress(start + len(batch), len(ids))
    with clinic_scope([clinic.pk]):
        # The row of the job is the lock: of two workers the second replaces what the first has stored.
        JobRun.objects.bulk_create([JobRun(clinic=clinic, job=JOB)], ignore_conflicts=True)
        JobRun.objects.select_for_update().get(clinic=clinic, job=JOB)
        IndicatorCount.objects.filter(clinic=clinic).delete()
        IndicatorCount.objects.bulk_create(tally.rows(clinic, now=now), batch_size=100)
        keys = sorted(tally.failed)
        _note(
            clinic,
            ran_for=today,
            finished_at=now,
            counts={"done": len(ids), "total": len(ids), "failed": len(keys)},
            error=f"{len(keys)} patients could not be evaluated: {keys[:20]}" if keys else "",
        )
    return tally.failed


def _note(clinic: Clinic, **fields: Any) -> None:
    JobRun.objects.update_or_create(clinic=clinic, job=JOB, defaults=fields)
