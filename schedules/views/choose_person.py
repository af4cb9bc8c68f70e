"""Choosing another patient of the same clinic, by search or among those proposed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from patients.models import Patient
from patients.permissions import Action, member_of, patients_of
from schedules.models import PatientSchedule
from schedules.plan_words import plan_words
from schedules.search import find_patients

SHOWN = 20
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """One patient to choose, with what recognises them, and where choosing leads."""

    patient: Patient
    age: int
    schedule: PatientSchedule | None
    plan: str
    url: str


def choosing_context(
    request: HttpRequest,
    patient: Patient,
    action: Action,
    *,
    url_of: Callable[[Patient], str],
    proposed: Iterable[Patient] = (),
) -> dict[str, Any]:
    """Context of partials/choose_person.html: what was searched for, who was found, and who is proposed."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    others = patients_of(member_of(request), action).filter(
        clinic_id=patient.clinic_id, merged_into__isnull=True
    )
    found = list(find_patients(others.exclude(pk=patient.pk), text)[: SHOWN + 1]) if text else []
    today = patient.clinic.today()
    return {
        "q": text,
        "found": [_candidate(each, url_of(each), today) for each in found[:SHOWN]],
        "more_found": len(found) > SHOWN,
        "proposed": [] if text else [_candidate(each, url_of(each), today) for each in proposed],
    }


def _candidate(patient: Patient, url: str, today: Any) -> Candidate:
    schedule = getattr(patient, "schedule", None)
    plan = plan_words(schedule.phase, schedule.protocol, schedule.interval) if schedule else ""
    return Candidate(patient, patient.age_on(today), schedule, plan, url)
