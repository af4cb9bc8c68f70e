"""Search: everyone of the clinic, closed patients too."""

import datetime as dt
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from patients.models import Patient
from patients.permissions import Action, allow, clinic_here, member_of, patients_of
from patients.vocabulary import Phase
from schedules.models import PatientSchedule
from schedules.plan_words import closed_words, dose_words, plan_words
from schedules.queries import close_reasons
from schedules.search import find_patients

PAGE = 50
LONGEST = 200  # of what is searched for; a name and a number are shorter


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    patient: Patient
    age: int
    schedule: PatientSchedule | None
    plan: str
    dose: str


@allow(Action.SEE_LISTS)
def patient_search(request: HttpRequest) -> HttpResponse:
    """The clinic's patients by name, or those found; an exact record number opens at once, that of a merged record
    the record it was merged into."""
    member, clinic = member_of(request), clinic_here(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    patients = patients_of(member, Action.SEE_LISTS).filter(clinic=clinic)
    if exact := patients.filter(record_number__iexact=text).first() if text else None:
        return redirect("patient", exact.current_record.uid)
    found = find_patients(patients, text)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    hits = list(page.object_list)
    today = clinic.today()
    reasons = close_reasons(patient.pk for patient in hits)
    rows = [_row(patient, today, reasons.get(patient.pk)) for patient in hits]
    context = {"q": text, "page": page, "today": today, "rows": rows}
    return render(request, "schedules/search.html", context)


def _row(patient: Patient, today: dt.date, closed_because: str | None) -> Row:
    """`closed_because` counts only where the record is closed: it may have been opened again."""
    schedule = getattr(patient, "schedule", None)
    if schedule is None:
        return Row(patient, patient.age_on(today), None, "", "")
    plan = plan_words(schedule.phase, schedule.protocol, schedule.interval)
    return Row(
        patient,
        patient.age_on(today),
        schedule,
        closed_words(closed_because) if schedule.phase == Phase.CLOSED else plan,
        dose_words(schedule.phase, schedule.protocol, schedule.doses_in_phase),
    )
