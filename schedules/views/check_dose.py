"""The dose of the log form, judged as it is filled in (htmx); writes nothing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from patients.actions.injections import Dose
from patients.permissions import Action, allow, patient_or_404
from schedules.dose_visit import DoseVisit
from schedules.forms.log_injection import LogForm
from schedules.next_dose import foresee

DOSE_FIELDS = ("on", "at", "drug", "dose_ug", "route")


@allow(Action.LOG)
@require_POST
def check_dose(request: HttpRequest, uid: str) -> HttpResponse:
    """What the rules say of the dose as typed, and when the next would be; saving judges again."""
    patient = patient_or_404(request, uid, Action.LOG)
    now = patient.clinic.now()
    form = LogForm(request.POST, visit=DoseVisit(patient, today=now.date(), todays_batch=None), now=now)
    form.is_valid()
    errors = [error for name in DOSE_FIELDS for error in form.errors.get(name, [])]
    dose: dict[str, Any] = {name: form.cleaned_data.get(name) for name in DOSE_FIELDS}
    foreseen = None if errors else foresee(patient, Dose(**dose), today=now.date())
    return render(request, "schedules/partials/dose_said.html", {"errors": errors, "foreseen": foreseen})
