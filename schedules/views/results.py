"""Enter laboratory results."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from patients.actions.access import log_access
from patients.actions.labs import record_results as record
from patients.actions.once import AlreadySubmittedError
from patients.models import BloodDraw, LabResult, Patient
from patients.notices import notify
from patients.permissions import Action, allow, patient_or_404
from patients.views.page import patient_context
from patients.vocabulary import OverrideReason
from schedules.facts import facts_for
from schedules.forms.results import CONTENTS, ResultsForm, judge_row
from schedules.models import OpenEvent

REASONS = [OverrideReason.REPORT_SAYS_SO, OverrideReason.GIVEN_ELSEWHERE, OverrideReason.OTHER]


def due_tests(patient: Patient) -> set[str]:
    """The tests of the blood tests whose window is open."""
    today = patient.clinic.today()
    contents = OpenEvent.objects.filter(patient=patient, earliest_on__lte=today).values_list(
        "contents", flat=True
    )
    words = {word for each in contents for word in each}
    return {str(test) for word in words for test in CONTENTS.get(word, (word,))}


def awaited_draw(patient: Patient) -> BloodDraw | None:
    """The latest blood that was taken, if none of its results is on record yet."""
    draw = BloodDraw.objects.valid().filter(patient=patient).order_by("-drawn_on", "-pk").first()
    if draw is None:
        return None
    come = LabResult.objects.valid().filter(patient=patient, drawn_on__gte=draw.drawn_on)
    return None if come.exists() else draw


def _drawn(patient: Patient, today: dt.date) -> dict[str, Any]:
    """When the blood was drawn, filled in from the draw whose results are awaited; else today."""
    draw = awaited_draw(patient)
    if draw is None:
        return {"drawn_on": today}
    before = {True: "yes", False: "no", None: ""}[draw.before_dose]
    return {"drawn_on": draw.drawn_on, "drawn_at": draw.drawn_at, "before_dose": before}


def _form(request: HttpRequest, patient: Patient) -> ResultsForm:
    today = patient.clinic.today()
    return ResultsForm(
        request.POST or None,
        patient=patient,
        today=today,
        facts=facts_for([patient])[patient.pk],
        due=due_tests(patient),
        family=patient.clinic.units,
        initial={} if request.POST else _drawn(patient, today),
    )


@allow(Action.ENTER_CLINICAL, section="patient_search")
def record_results(request: HttpRequest, uid: str) -> HttpResponse:
    """A panel, judged row by row; what is odd is confirmed with a reason, not refused."""
    patient = patient_or_404(request, uid, Action.ENTER_CLINICAL)
    form = _form(request, patient)
    if request.method == "POST" and form.is_valid():
        try:
            record(
                patient=patient,
                draw=form.draw,
                results=form.reported,
                token=form.cleaned_data["token"],
                by=request.user,
            )
        except AlreadySubmittedError:
            return redirect("patient", patient.uid)
        notify(request, _("Results saved for %(name)s.") % {"name": patient.name})
        return redirect("patient", patient.uid)
    if request.method == "GET":
        log_access(request, patient, "results form")
    context = patient_context(request, patient) | {"form": form, "reasons": REASONS}
    return render(request, "schedules/results.html", context, status=422 if form.errors else 200)


@allow(Action.ENTER_CLINICAL, section="patient_search")
def check_result(request: HttpRequest, uid: str) -> HttpResponse:
    """What is to be said about one row, as it is typed (htmx); writes nothing. The fields themselves are never
    replaced: somebody may be typing in them."""
    patient = patient_or_404(request, uid, Action.ENTER_CLINICAL)
    form = _form(request, patient)
    row = next((row for row in form.rows if row.name == request.GET.get("analyte")), None)
    if row is None or request.method != "POST":
        return HttpResponse(status=400)
    if row.typed:
        form.is_valid()
        row.problems.clear()
        drawn_on = form.cleaned_data.get("drawn_on")
        judge_row(row, facts=form.facts, drawn_on=drawn_on, today=form.today)
    return render(request, "schedules/partials/result_said.html", {"row": row, "reasons": REASONS})
