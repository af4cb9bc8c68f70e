"""Letters about a patient: the summary for their doctor, their own record, all their data as files."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from patients.actions.access import log_access
from patients.models import Patient
from patients.permissions import Action, allow, patient_or_404, user_of
from patients.views.page import patient_context
from schedules.forms.letters import EverythingForm, SummaryForm
from schedules.letters.everything import everything
from schedules.letters.material import material_of
from schedules.letters.own_record import own_record
from schedules.letters.pdf import letter_pdf
from schedules.letters.summary import summary_letter
from schedules.views.way_back import posted


@allow(Action.LETTERS, section="patient_search")
def letters(request: HttpRequest, uid: str) -> HttpResponse:
    """Which letter."""
    patient = patient_or_404(request, uid, Action.LETTERS)
    return render(request, "schedules/letters.html", patient_context(request, patient))


@allow(Action.LETTERS, section="patient_search")
def letter_summary(request: HttpRequest, uid: str) -> HttpResponse:
    """The summary for the patient's doctor: chosen, looked at, then the PDF."""
    patient = patient_or_404(request, uid, Action.LETTERS)
    material = material_of(patient, today=patient.clinic.today())
    form = SummaryForm(posted(request), flags=material.flags)
    letter = summary_letter(material, form.choice, signed_by=user_of(request).name)
    if form.is_bound and form.is_valid() and "print" in request.POST:
        log_access(request, patient, "letter to the doctor as PDF")
        return _file(letter_pdf(letter), "application/pdf", f"letter-{_name(patient)}.pdf")
    context = patient_context(request, patient) | {"form": form, "letter": letter}
    if request.htmx:  # type: ignore[attr-defined]  # the same letter, chosen anew
        return render(request, "letters/preview.html", context)
    log_access(request, patient, "letter to the doctor")
    return render(request, "schedules/letter_summary.html", context, status=422 if form.errors else 200)


@allow(Action.LETTERS, section="patient_search")
def letter_own_record(request: HttpRequest, uid: str) -> HttpResponse:
    """The patient's own record: looked at, then the PDF."""
    patient = patient_or_404(request, uid, Action.LETTERS)
    letter = own_record(material_of(patient, today=patient.clinic.today()))
    if request.method == "POST":
        log_access(request, patient, "own record as PDF")
        return _file(letter_pdf(letter), "application/pdf", f"own-record-{_name(patient)}.pdf")
    log_access(request, patient, "own record")
    context = patient_context(request, patient) | {"letter": letter}
    return render(request, "schedules/letter_own_record.html", context)


@allow(Action.LETTERS, section="patient_search")
def letter_everything(request: HttpRequest, uid: str) -> HttpResponse:
    """All data as files, once a purpose is given (kept in the access log)."""
    patient = patient_or_404(request, uid, Action.LETTERS)
    form = EverythingForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        context = patient_context(request, patient) | {
            "form": form,
            "title": _("All data as files"),
            "about": _(
                "Every table about this patient as CSV and JSON, with all that was changed or struck out; both letters."
            ),
            "back": reverse("letters", args=[patient.uid]),
            "back_words": _("Back to the letters"),
        }
        return render(request, "schedules/download.html", context, status=422 if form.errors else 200)
    log_access(request, patient, "all data as files", purpose=form.purpose)
    content = everything(patient, now=patient.clinic.now(), by=user_of(request).name)
    return _file(content, "application/zip", f"record-{_name(patient)}.zip")


def _name(patient: Patient) -> str:
    """Of a file: the record number, never the name."""
    return f"{slugify(patient.record_number) or 'patient'}-{patient.clinic.today():%Y-%m-%d}"


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
