"""Assessments, causes, medicines, pregnancies, allergies, corrections of one patient."""

from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.actions.access import log_access
from patients.actions.assessments import record_assessment as record
from patients.actions.background import ENDS, add_background, end_background
from patients.actions.corrections import CORRECTABLE, MOVABLE, may_correct
from patients.actions.corrections import correct_record as strike
from patients.actions.once import AlreadySubmittedError
from patients.actions.people import edit_patient as edit
from patients.actions.records import ChangedMeanwhileError
from patients.check_ins import answers_since, latest_assessment
from patients.entry_words import entry_words
from patients.forms.clinical import (
    AllergiesForm,
    AssessmentForm,
    CauseForm,
    EndForm,
    MedicationForm,
    PregnancyForm,
)
from patients.models import Cause, Medication, Patient, Pregnancy
from patients.notices import notify
from patients.permissions import Action, allow, member_of, patient_or_404
from patients.views.page import patient_context
from patients.views.striking import strike_out_page

# What the background page keeps, by its word in the address.
BACKGROUND: dict[str, tuple[type[Any], type[Any]]] = {
    "cause": (Cause, CauseForm),
    "medicine": (Medication, MedicationForm),
    "pregnancy": (Pregnancy, PregnancyForm),
}


@allow(Action.ENTER_CLINICAL, section="patient_search")
def record_assessment(request: HttpRequest, uid: str) -> HttpResponse:
    """Score the five domains; nothing is chosen at first."""
    patient = patient_or_404(request, uid, Action.ENTER_CLINICAL)
    today = patient.clinic.today()
    last = latest_assessment(patient, today=today)
    said = answers_since(patient, last, today=today).first()
    form = AssessmentForm(
        request.POST or None, patient=patient, today=today, last=last, said=said, initial={"on": today}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            record(
                patient=patient,
                on=data["on"],
                at=data["at"],
                scores=form.scores,
                note=data["note"],
                same_as_last=form.is_same_as_last,
                token=data["token"],
                by=request.user,
            )
        except AlreadySubmittedError:
            return redirect("patient", patient.uid)
        notify(request, _("Assessment saved for %(name)s.") % {"name": patient.name})
        return redirect("patient", patient.uid)
    _seen(request, patient, "assessment form")
    context = patient_context(request, patient) | {"form": form, "last": last, "said": said}
    return render(request, "patients/assessment.html", context, status=422 if form.errors else 200)


@allow(Action.ENTER_CLINICAL, section="patient_search")
def background(request: HttpRequest, uid: str) -> HttpResponse:
    """Causes, medicines, pregnancies and allergies: what is on record, and a way to add or end each."""
    patient = patient_or_404(request, uid, Action.ENTER_CLINICAL)
    groups = [
        {
            "word": word,
            "title": title,
            "rows": model.objects.valid().filter(patient=patient).order_by("-pk"),
            "ends": ENDS[model],
        }
        for (word, (model, _form)), title in zip(
            BACKGROUND.items(), [_("Causes"), _("Medicines"), _("Pregnancy")], strict=True
        )
    ]
    _seen(request, patient, "causes and medicines")
    return render(request, "patients/background.html", patient_context(request, patient) | {"groups": groups})


@allow(Action.ENTER_CLINICAL, section="patient_search")
def add_to_background(request: HttpRequest, uid: str, word: str) -> HttpResponse:
    """Add a cause, a medicine or a pregnancy record."""
    patient = patient_or_404(request, uid, Action.ENTER_CLINICAL)
    model, form_class = BACKGROUND[word]
    today = patient.clinic.today()
    form = form_class(request.POST or None, patient=patient, today=today)
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in form_class.Meta.fields}
        try:
            add_background(
                patient=patient, model=model, fields=fields, token=form.cleaned_data["token"], by=request.user
            )
        except AlreadySubmittedError:
            return redirect("background", patient.uid)
        notify(request, _("Saved for %(name)s.") % {"name": patient.name})
        return redirect("background", patient.uid)
    titles = {
        "cause": _("Add a cause"),
        "medicine": _("Add a medicine"),
        "pregnancy": _("Add a pregnancy record"),
    }
    return _form_page(request, patient, form, title=titles[word], back="background")


@allow(Action.ENTER_CLINICAL, section="patient_search")
def end_in_background(request: HttpRequest, uid: str, word: str, row: str) -> HttpResponse:
    """Say since when a cause, a medicine or a pregnancy record no longer holds."""
    patient = patient_or_404(request, uid, Action.ENTER_CLINICAL)
    if word not in BACKGROUND:
        raise Http404
    model, _form = BACKGROUND[word]
    found = get_object_or_404(model.objects.valid(), uid=row, patient=patient)
    today = patient.clinic.today()
    form = EndForm(request.POST or None, patient=patient, today=today, initial={"on": today})
    if request.method == "POST" and form.is_valid():
        start = getattr(found, "started_on", None) or getattr(found, "from_date", None)
        if start and form.cleaned_data["on"] < start:
            form.add_error("on", _("Before it began."))
        else:
            try:
                end_background(patient=patient, row=found, on=form.cleaned_data["on"])
            except ChangedMeanwhileError as error:
                form.add_error(None, str(error))
            else:
                notify(request, _("Saved for %(name)s.") % {"name": patient.name})
                return redirect("background", patient.uid)
    return _form_page(
        request, patient, form, title=_("%(what)s: no longer since") % {"what": found}, back="background"
    )


@allow(Action.ENTER_CLINICAL, section="patient_search")
def edit_allergies(request: HttpRequest, uid: str) -> HttpResponse:
    """Allergies, bleeding risk, diabetic nephropathy."""
    patient = patient_or_404(request, uid, Action.ENTER_CLINICAL)
    form = AllergiesForm(
        request.POST or None,
        instance=Patient.objects.get(pk=patient.pk),
        initial={"version": patient.version},
    )
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in AllergiesForm.Meta.fields}
        try:
            edit(
                patient=patient,
                version=form.cleaned_data["version"],
                fields=fields,
                consent=None,
                token=form.cleaned_data["token"],
                by=request.user,
            )
        except AlreadySubmittedError:
            return redirect("background", patient.uid)
        except ChangedMeanwhileError:
            form.add_error(None, _still_on_record(patient, form))
            form.data = request.POST.copy()
            form.data["version"] = str(patient.version)
        else:
            notify(request, _("Saved for %(name)s.") % {"name": patient.name})
            return redirect("background", patient.uid)
    return _form_page(request, patient, form, title=_("Allergies and risks"), back="background")


@allow(Action.ENTER_CLINICAL, section="patient_search")
def correct_record(request: HttpRequest, uid: str, word: str, row: str) -> HttpResponse:
    """Strike an entry out, with a reason; own ones, or as a physician another's. A physician may also move it to the
    patient it belongs to."""
    patient = patient_or_404(request, uid, Action.ENTER_CLINICAL)
    if word not in CORRECTABLE:
        raise Http404
    record = get_object_or_404(CORRECTABLE[word], uid=row, patient=patient)
    if not may_correct(member_of(request), record, by=request.user):
        raise PermissionDenied(_("Somebody else wrote this entry. A physician may correct it."))
    movable = word in MOVABLE
    may_move = movable and member_of(request).may(Action.CORRECT_OTHERS, patient.clinic_id)
    return strike_out_page(
        request,
        patient,
        strike=partial(strike, patient=patient, record=record),
        what=entry_words(record),
        said=_("Struck out. The entry stays visible with the reason."),
        back="patient",
        movable=movable,
        move_url=reverse("move_find", args=[patient.uid, word, record.uid]) if may_move else "",
    )


def _still_on_record(patient: Patient, form: AllergiesForm) -> str:
    """What somebody else saved while this person was typing, where it differs from what was typed."""
    said = _(
        "Someone else changed this record while you were typing. What you chose is below and not saved yet."
    )
    differs = [
        f"{form.fields[name].label}: {_in_words(getattr(patient, name))}"
        for name in AllergiesForm.Meta.fields
        if getattr(patient, name) != form.cleaned_data[name]
    ]
    return f"{said} {_('On record now:')} {'; '.join(differs)}." if differs else said


def _in_words(value: str | bool) -> str:
    return (_("yes") if value else _("no")) if isinstance(value, bool) else value or _("none")


def _seen(request: HttpRequest, patient: Patient, what: str) -> None:
    """Keep who looked; saving is kept with what was saved."""
    if request.method == "GET":
        log_access(request, patient, what)


def _form_page(
    request: HttpRequest, patient: Patient, form: forms.BaseForm, *, title: str, save: str = "", back: str
) -> HttpResponse:
    """One form about one patient; `back` names the page that leaving goes to."""
    _seen(request, patient, "record form")
    context = patient_context(request, patient) | {
        "form": form,
        "title": title,
        "save": save or _("Save"),
        "back": back,
    }
    return render(request, "patients/form.html", context, status=422 if form.errors else 200)
