"""The nightly sweep: forecast flags whose day has come are raised and closed by set-based statements.

Between writes nothing changes but the date, and each write stored what that will do (Forecast). So a night costs
a fixed number of statements, whatever the number of patients; only patients whose forecast runs out are
evaluated again. Running it twice, late, or after days without it gives what running it daily would have given.
"""

import datetime as dt
import logging
from collections import defaultdict
from typing import Any

from django.db import connection
from django.utils import timezone

from patients.models import Clinic
from patients.scope import clinic_scope
from schedules.actions.refresh import refresh_each
from schedules.models import JobRun, PatientSchedule

log = logging.getLogger(__name__)
JOB = "sweep"

# What stood and falls: closed on its day.
_CLOSE = """
WITH fell AS (
    UPDATE schedules_forecast SET fallen = true
    WHERE clinic_id = ANY(%(clinics)s) AND NOT fallen AND raised AND falls_on <= %(day)s
    RETURNING patient_id, code, falls_on
)
UPDATE schedules_flag AS flag SET cleared_on = greatest(fell.falls_on, flag.raised_on), cleared_by = 'date'
FROM fell
WHERE flag.patient_id = fell.patient_id AND flag.code = fell.code AND flag.cleared_on IS NULL
"""
_COLUMNS = "clinic_id, patient_id, code, severity, rules, facts, reason, next_step"
# What rose and fell again on days without a sweep: kept as the closed flag it would have been.
_PASSED = f"""
WITH passed AS (
    UPDATE schedules_forecast SET raised = true, fallen = true
    WHERE clinic_id = ANY(%(clinics)s) AND NOT raised AND falls_on <= %(day)s
    RETURNING {_COLUMNS}, rises_on, falls_on
)
INSERT INTO schedules_flag ({_COLUMNS}, raised_on, raised_at, cleared_on, cleared_by, snooze_reason, resolve_reason)
SELECT {_COLUMNS}, rises_on, %(now)s, falls_on, 'date', '', '' FROM passed
"""  # noqa: S608 (constant columns)
# What rises and stands.
_RAISE = f"""
WITH rose AS (
    UPDATE schedules_forecast SET raised = true
    WHERE clinic_id = ANY(%(clinics)s) AND NOT raised AND rises_on <= %(day)s
      AND (falls_on IS NULL OR falls_on > %(day)s)
    RETURNING {_COLUMNS}, rises_on
)
INSERT INTO schedules_flag ({_COLUMNS}, raised_on, raised_at, cleared_by, snooze_reason, resolve_reason)
SELECT {_COLUMNS}, rises_on, %(now)s, '', '', '' FROM rose
ON CONFLICT (patient_id, code) WHERE cleared_on IS NULL DO NOTHING
"""  # noqa: S608 (constant columns)


def sweep_due_clinics(*, now: dt.datetime) -> dict[dt.date, dict[str, int]]:
    """Sweep every clinic whose morning has come and that was not swept for its present date yet.

    Clinics with the same civil date go together; one group that fails does not stop the others (it is marked
    failed and tried again at the next tick). Returns the counts by date.
    """
    done = {}
    for day, clinics in _due_clinics(now).items():
        try:
            done[day] = sweep(clinics, day=day, now=now)
        except Exception as error:  # noqa: BLE001 (the row says why, the front page shows it)
            log.exception("sweep failed for %s clinics", len(clinics))
            _note(clinics, ran_for=None, now=now, counts={}, error=f"{type(error).__name__}: {error}"[:500])
    return done


def _due_clinics(now: dt.datetime) -> dict[dt.date, list[int]]:
    swept = dict(JobRun.objects.filter(job=JOB).values_list("clinic_id", "ran_for"))
    due: dict[dt.date, list[int]] = defaultdict(list)
    for clinic in Clinic.objects.order_by("pk"):
        local = now.astimezone(clinic.tz)
        last = swept.get(clinic.pk)
        if local.time() >= clinic.morning_at and (last is None or last < local.date()):
            due[local.date()].append(clinic.pk)
    return due


def sweep(clinic_ids: list[int], *, day: dt.date, now: dt.datetime) -> dict[str, int]:
    """Close, raise, and evaluate again whose forecast ends; in one transaction, so a killed worker leaves nothing
    half done. Returns how many flags were closed and raised and how many patients were evaluated."""
    with clinic_scope(clinic_ids):
        parameters: dict[str, Any] = {"clinics": clinic_ids, "day": day, "now": now}
        with connection.cursor() as cursor:
            # The history triggers' plans were made for the first statement of this session, as a rule of one row:
            # kept, they join old and new rows in a nested loop, which ten thousand rows take minutes for.
            cursor.execute("DISCARD PLANS")
            counts = {}
            for word, statement in (("closed", _CLOSE), ("passed", _PASSED), ("raised", _RAISE)):
                cursor.execute(statement, parameters)
                counts[word] = cursor.rowcount
        counts["evaluated"], failed = _renew_forecasts(clinic_ids, day=day)
        error = f"{len(failed)} patients could not be evaluated: {sorted(failed)[:20]}" if failed else ""
        _note(clinic_ids, ran_for=day, now=now, counts=counts, error=error)
    return counts


def _renew_forecasts(clinic_ids: list[int], *, day: dt.date) -> tuple[int, dict[int, str]]:
    """Patients whose forecast ends before `day` are evaluated again: how many, and who could not be."""
    ended = PatientSchedule.objects.filter(clinic_id__in=clinic_ids, forecast_until__lt=day)
    ids = list(ended.order_by("pk").values_list("pk", flat=True))
    return len(ids), refresh_each(ids, as_of=day, cause="date")


def _note(
    clinic_ids: list[int], *, ran_for: dt.date | None, now: dt.datetime, counts: dict[str, int], error: str
) -> None:
    """Say on the front page when it ran; a failed run keeps the date it last succeeded for."""
    rows = [
        JobRun(clinic_id=pk, job=JOB, ran_for=ran_for, finished_at=now, counts=counts, error=error)
        for pk in clinic_ids
    ]
    fields = ["counts", "error"] if ran_for is None else ["ran_for", "finished_at", "counts", "error"]
    if rows:
        JobRun.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["clinic", "job"], update_fields=fields
        )


def sweep_now() -> dict[dt.date, dict[str, int]]:
    """What the beat calls: the clock is read here."""
    return sweep_due_clinics(now=timezone.now())
