"""The patient page, its chart data, its timeline, and the results as a file."""

import csv
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from patients.actions.access import log_access
from patients.models import Patient
from patients.permissions import Action, allow, member_of, patient_or_404
from patients.views.page import patient_context
from schedules.actions.merge import standing_merge
from schedules.course import ScorePoint
from schedules.cycle_chart import days_since_dose
from schedules.patient_page import PatientPage, View, units_offered
from schedules.rules.results import LabReading
from schedules.timeline import AT_MOST, FIRST_SHOWN, SHOWS, STEP, entries, who_looked
from schedules.timeline_words import Line, line_of
from schedules.units import reported_words, unit_words

RANGES = [("3m", gettext_lazy("3 months")), ("1y", gettext_lazy("1 year")), ("all", gettext_lazy("All"))]
LOOKED = "looked"


@require_safe
@allow(Action.SEE_LISTS, section="patient_search")
def patient(request: HttpRequest, uid: str) -> HttpResponse:
    """Everything about one patient; a coordinator sees dates, phase, contact and messages only. A record that was
    merged into another says so, and how to undo it."""
    found = patient_or_404(request, uid, Action.SEE_LISTS, merged_too=True)
    log_access(request, found, "patient page")
    if found.merged_into_id is not None:
        return _merged_record(request, found)
    context = patient_context(request, found)
    page = PatientPage(found, today=context["today"], view=View.of(request.GET, found))
    context |= _permitted(request, found) | _timeline(request, found, page.calendar.dose_names)
    context |= {"page": page, "ranges": RANGES, "units": units_offered(), "back": ""}
    context["guideline_url"] = reverse("guideline")
    return render(request, "schedules/patient.html", context)


def _merged_record(request: HttpRequest, found: Patient) -> HttpResponse:
    """Where everything went, by whom and why; what stays here is who was written to, flagged and looked at."""
    merge = standing_merge(found)
    context = patient_context(request, found) | _permitted(request, found) | _timeline(request, found, {})
    context |= {"merge": merge, "current": found.current_record}
    return render(request, "schedules/merged_record.html", context)


def _permitted(request: HttpRequest, found: Patient) -> dict[str, bool]:
    """What this person may do with this patient."""
    member, clinic = member_of(request), found.clinic_id
    return {
        "clinical": member.may(Action.SEE_CLINICAL, clinic),
        "may_log": member.may(Action.LOG, clinic),
        "may_enter": member.may(Action.ENTER_CLINICAL, clinic),
        "may_write": member.may(Action.LETTERS, clinic),
        "may_edit": member.may(Action.EDIT_IDENTITY, clinic),
        "may_merge": member.may(Action.MERGE, clinic),
        "may_resolve": member.may(Action.DECIDE, clinic),
    }


def _timeline(request: HttpRequest, found: Patient, dose_names: Any) -> dict[str, Any]:
    """The segment and as many entries as the address asks for. One query."""
    member, clinic = member_of(request), found.clinic_id
    clinical = member.may(Action.SEE_CLINICAL, clinic)
    segments = [("all", _("All")), ("doses", _("Doses")), ("messages", _("Messages"))]
    if member.may(Action.SEE_WHO_LOOKED, clinic):
        segments.append((LOOKED, _("Who looked")))
    show = request.GET.get("show", "all")
    show = show if show in dict(segments) else "all"
    asked = request.GET.get("shown", "")
    limit = min(int(asked), AT_MOST) if asked.isdecimal() and asked != "0" else FIRST_SHOWN
    lines: list[Line] = []
    looks: list[Any] = []
    older = False
    if show == LOOKED:
        looks, older = who_looked(found, limit=limit)
    elif show in SHOWS:
        rows, older = entries(found, show=show, clinical=clinical, limit=limit)
        lines = [
            _with_corrections(
                request, found, line_of(row, patient_uid=found.uid, dose_names=dose_names, clinical=clinical)
            )
            for row in rows
        ]
    return {
        "segments": segments, "show": show, "lines": lines, "looks": looks, "older": older,
        "next_shown": min(limit + STEP, AT_MOST),
        # A batch's page is about the clinic one works in.
        "shows_batches": member.may(Action.LOOK_UP_BATCH) and member.clinic == found.clinic,
    }  # fmt: skip


def _with_corrections(request: HttpRequest, found: Patient, line: Line) -> Line:
    """Corrections are offered to those who may make them: own entries of the record, or any as a physician,
    who also moves what is struck out as another patient's."""
    if not line.correctable and not line.move_url:
        return line
    member = member_of(request)
    own = line.by_id == request.user.pk and member.may(Action.ENTER_CLINICAL, found.clinic_id)
    own = own and not line.is_plan  # Orders and decisions are a physician's.
    return (
        line
        if member.may(Action.CORRECT_OTHERS, found.clinic_id)
        else replace(line, correctable=line.correctable if own else (), move_url="")
    )


@require_safe
@allow(Action.SEE_LISTS, section="patient_search")
def patient_timeline(request: HttpRequest, uid: str) -> HttpResponse:
    """The timeline alone, for "Show older" and the segments; the page itself answers without script."""
    found = patient_or_404(request, uid, Action.SEE_LISTS, merged_too=True)
    log_access(request, found, "timeline")
    page = PatientPage(found, today=found.clinic.today(), view=View.of(request.GET, found))
    context = patient_context(request, found) | _timeline(request, found, page.calendar.dose_names)
    return render(request, "schedules/partials/timeline.html", context)


@require_safe
@allow(Action.SEE_CLINICAL, section="patient_search")
def patient_chart_data(request: HttpRequest, uid: str) -> JsonResponse:
    """The course chart as data for Plotly, over another time or in other units."""
    found = patient_or_404(request, uid, Action.SEE_CLINICAL)
    log_access(request, found, "chart")
    page = PatientPage(found, today=found.clinic.today(), view=View.of(request.GET, found))
    return JsonResponse({"course": page.course_chart, "words": page.course_in_words})


@require_safe
@allow(Action.SEE_CLINICAL, section="patient_search")
def patient_results_csv(request: HttpRequest, uid: str) -> HttpResponse:
    """The numbers of the charts: results, one a row, as reported and in the canonical unit, then symptom scores.
    The download is in the access log."""
    found = patient_or_404(request, uid, Action.SEE_CLINICAL)
    log_access(request, found, "results as CSV")
    page = PatientPage(found, today=found.clinic.today(), view=View.of(request.GET, found))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = slugify(found.record_number) or "patient"
    response["Content-Disposition"] = f'attachment; filename="results-{name}.csv"'
    response.write("\ufeff")  # so that spreadsheets read µ
    writer = csv.writer(response)
    writer.writerow(
        [
            "drawn_on",
            "test",
            "as_reported",
            "value",
            "unit",
            "class",
            "at_target",
            "before_a_dose",
            "days_since_dose",
        ]
    )
    readings = [reading for reading in page.now.labs if reading is not None]
    readings.sort(key=lambda reading: (reading.lab.drawn_on, reading.lab.analyte), reverse=True)
    writer.writerows([_safe(cell) for cell in _csv_row(reading)] for reading in readings)
    writer.writerows(
        _csv_score(page, score) for score in reversed(page.course.scores) if score.total is not None
    )
    return response


def _csv_score(page: PatientPage, score: ScorePoint) -> list[str]:
    """A symptom score as a row of the same columns."""
    days = days_since_dose(page.course.dose_days, score.on)
    test = "symptom_score_by_patient" if score.by_patient else "symptom_score"
    since = "" if days is None else str(days)
    return [score.on.isoformat(), test, f"{score.total} of 15", str(score.total), "", "", "", "", since]


def _csv_row(reading: LabReading) -> list[str]:
    lab = reading.lab
    yes_no = {True: "yes", False: "no", None: ""}
    return [
        lab.drawn_on.isoformat(),
        str(lab.analyte),
        reported_words(lab),
        reading.canonical_value or "",
        unit_words(reading.canonical_unit),
        reading.lab_class.value if reading.lab_class else "",
        yes_no[reading.at_target],
        yes_no[reading.trough],
        "" if reading.days_since_dose is None else str(reading.days_since_dose),
    ]


def _safe(cell: str) -> str:
    """A cell that a spreadsheet cannot take for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
