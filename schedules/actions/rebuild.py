"""Throw the read model away and build it again, or prove that it equals what the rules say."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.utils import timezone

from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules.actions.refresh import BATCH, Answer, answers_for, refresh_each
from schedules.models import Flag, Forecast, JobRun, OpenEvent, PatientSchedule

JOB = "rebuild"


def ask_for_rebuild(clinic: Clinic) -> None:
    """Say in a row that the clinic's calendars must be worked out again; a worker does it (rebuild_wanted_clinics),
    at once if the broker is there, else at the beat's next tick."""
    JobRun.objects.update_or_create(
        clinic=clinic, job=JOB, defaults={"finished_at": None, "counts": {"done": 0}, "error": ""}
    )


def rebuild_wanted_clinics() -> None:
    """Rebuild every clinic that asked for it and is not done: also one whose worker was killed."""
    for run in JobRun.objects.filter(job=JOB, finished_at__isnull=True).select_related("clinic"):
        rebuild_clinic(run.clinic)


def patient_ids_of(clinic: Clinic, *, after: int = 0) -> list[int]:
    """The ids of the clinic's patients in the order in which they are rebuilt."""
    with clinic_scope([clinic.pk]):
        return list(
            Patient.objects.filter(clinic=clinic, pk__gt=after).order_by("pk").values_list("pk", flat=True)
        )


def rebuild_clinic(
    clinic: Clinic, *, as_of: dt.date | None = None, progress: Callable[[int, int], None] | None = None
) -> dict[int, str]:
    """Evaluate and store every patient of a clinic, each batch in a transaction of its own, so that it can be
    stopped and run again at any time. Returns who could not be evaluated and why.

    `progress(done, total)` is called after each batch; the same numbers stand in the clinic's JobRun "rebuild".
    """
    ids = patient_ids_of(clinic)
    failed: dict[int, str] = {}
    for start in range(0, len(ids) or 1, BATCH):
        batch = ids[start : start + BATCH]
        with clinic_scope([clinic.pk]):
            failed |= refresh_each(batch, cause="rebuild", as_of=as_of)
            done = start + len(batch)
            _note(clinic, done=done, total=len(ids), failed=failed)
        if progress:
            progress(done, len(ids))
    return failed


def _note(clinic: Clinic, *, done: int, total: int, failed: dict[int, str]) -> None:
    finished = timezone.now() if done == total else None
    JobRun.objects.update_or_create(
        clinic=clinic,
        job=JOB,
        defaults={
            "finished_at": finished,
            "counts": {"done": done, "total": total},
            "error": f"{len(failed)} patients could not be evaluated: {sorted(failed)[:20]}"
            if failed
            else "",
        },
    )


def differences(clinic: Clinic, *, as_of: dt.date | None = None) -> Iterator[str]:
    """Where the stored calendar of a clinic differs from the rules, one sentence each; none if it is right."""
    ids = patient_ids_of(clinic)
    for start in range(0, len(ids), BATCH):
        with clinic_scope([clinic.pk]):
            for answer in answers_for(ids[start : start + BATCH], as_of=as_of):
                yield from _differences_of(answer)


_NOT_COMPARED = {
    "id",
    "pk",
    "evaluated_on",
    "forecast_until",
    "engine_version",
    "raised",
    "fallen",
    "rises_on",
}


def _plain(row: Any) -> dict[str, Any]:
    """A row's own values, without what depends on when it was written."""
    return {
        field.name: str(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.name not in _NOT_COMPARED
    }


def _differences_of(answer: Answer) -> Iterator[str]:
    pk, today = answer.patient.pk, answer.today
    stored = PatientSchedule.objects.filter(pk=pk).first()
    if stored is None or _plain(stored) != _plain(answer.schedule()):
        yield f"patient {pk}: the plan's row is {_plain(stored) if stored else 'missing'}"
    events = sorted(map(str, map(_plain, OpenEvent.objects.filter(patient=pk))))
    if events != sorted(map(str, map(_plain, answer.open_events()))):
        yield f"patient {pk}: open events are {events}"
    flags = Flag.objects.filter(patient=pk, cleared_on__isnull=True)
    standing = flags.values_list("code", "severity", "reason")
    found = {(f.code, str(f.severity), f.reason) for f in answer.findings}
    if set(standing) != found:
        yield f"patient {pk}: flags differ in {sorted(set(standing) ^ found)}"
    until = min(answer.forecast_until, stored.forecast_until) if stored else today
    coming = Forecast.objects.filter(patient=pk, rises_on__gt=today, rises_on__lte=until)
    expected = {(s.finding.code, s.rises_on) for s in answer.spans if today < s.rises_on <= until}
    if set(coming.values_list("code", "rises_on")) != expected:
        yield f"patient {pk}: the forecast differs"
