"""Log an injection, say that it was not given, or was given elsewhere; take it back."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from patients.actions.access import log_access
from patients.actions.injections import Screening, TooLateToUndoError, record_not_given
from patients.actions.once import AlreadySubmittedError
from patients.actions.records import ChangedMeanwhileError
from patients.models import Injection, Patient
from patients.notices import notify
from patients.permissions import Action, allow, patient_or_404
from patients.templatetags.clinic_words import day
from patients.views.page import patient_context
from patients.vocabulary import B12Drug, NotGivenReason
from schedules.actions.log_injection import (
    Beside,
    Logged,
    NeedsReasonError,
    RefusedError,
    take_back_injection,
)
from schedules.actions.log_injection import log_injection as log
from schedules.dose_visit import DoseVisit
from schedules.forms.log_injection import QUESTIONS, ElsewhereForm, LogForm, NotGivenForm
from schedules.next_dose import Foreseen, foresee
from schedules.vials import UnreadableVialError, on_shelf, read_vial, warning
from schedules.views.cards import card_url_for
from schedules.views.way_back import posted, way_back

# What the session remembers of the shelf: the batch, and the day for which it holds.
TODAYS_BATCH = "todays_batch"


@allow(Action.LOG)
def log_injection(request: HttpRequest, uid: str) -> HttpResponse:
    """A dose given here, now."""
    patient = patient_or_404(request, uid, Action.LOG)
    now = patient.clinic.now()
    visit = DoseVisit(patient, today=now.date(), todays_batch=_todays_batch(request, now.date()))
    form = LogForm(posted(request), visit=visit, now=now)
    refused: RefusedError | None = None
    if request.method == "POST" and form.is_valid():
        scores_due = form.leaves_scores_due  # as long as nothing is written
        try:
            logged = _log(form, patient, form.screening(), form.beside(), by=request.user)
        except AlreadySubmittedError:
            return _said_before(request, patient)
        except NeedsReasonError as error:
            refused = error
            form.ask_reason()
        except RefusedError as error:
            form.add_error("on", str(error))
        else:
            _remember_batch(request, logged.injection, now.date())
            return _saved(request, patient, logged, scores_due=scores_due)
    if request.method == "GET":
        log_access(request, patient, "log injection")
    return _page(request, "schedules/log_injection.html", visit, form, refused)


@allow(Action.LOG)
def given_elsewhere(request: HttpRequest, uid: str) -> HttpResponse:
    """A dose given elsewhere or by the patient: the date, and a press on who says so."""
    patient = patient_or_404(request, uid, Action.LOG)
    now = patient.clinic.now()
    visit = DoseVisit(patient, today=now.date(), todays_batch=None)
    form = ElsewhereForm(posted(request), visit=visit, now=now)
    refused: RefusedError | None = None
    if request.method == "POST" and form.is_valid():
        beside = Beside(after=form.afterwards())
        try:
            logged = _log(form, patient, Screening(), beside, by=request.user)
        except AlreadySubmittedError:
            return _said_before(request, patient)
        except NeedsReasonError as error:
            refused = error
            form.ask_reason()
        except RefusedError as error:
            form.add_error("on", str(error))
        else:
            return _saved(request, patient, logged)
    return _page(request, "schedules/given_elsewhere.html", visit, form, refused)


@allow(Action.LOG)
def not_given(request: HttpRequest, uid: str) -> HttpResponse:
    """Why the dose was not given: each reason is a button that saves."""
    patient = patient_or_404(request, uid, Action.LOG)
    now = patient.clinic.now()
    form = NotGivenForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            injection = record_not_given(
                patient=patient,
                on=now.date(),
                at=now.time().replace(microsecond=0),
                reason=NotGivenReason(form.cleaned_data["reason"]),
                note=form.cleaned_data["note"],
                token=form.cleaned_data["token"],
                by=request.user,
            )
        except AlreadySubmittedError:
            return _said_before(request, patient)
        words = _("Not given, noted for %(name)s. The injection stays due.") % {"name": patient.name}
        notify(request, words, undo_url=_undo_url(patient, injection))
        return redirect(way_back(request))
    context = patient_context(request, patient) | {
        "form": form,
        "reasons": NotGivenReason.choices(),
        "back": way_back(request),
    }
    return render(request, "schedules/not_given.html", context, status=422 if form.errors else 200)


@require_safe
@allow(Action.LOG)
def scan_vial(request: HttpRequest, uid: str) -> HttpResponse:
    """What a scanned barcode fills in: the parts of the form about the batch, and what to read first."""
    patient = patient_or_404(request, uid, Action.LOG)
    now = patient.clinic.now()
    visit = DoseVisit(patient, today=now.date(), todays_batch=_todays_batch(request, now.date()))
    drug = request.GET.get("drug") or visit.drug
    filled: dict[str, Any] = {}
    try:
        vial = read_vial(request.GET.get("scan", ""))
    except UnreadableVialError:
        words = _("This is neither the barcode of a vial with its batch nor a batch number.")
    else:
        batch = on_shelf(vial, clinic_id=patient.clinic_id)
        words = warning(
            batch,
            drug=drug if drug in set(B12Drug) else visit.drug,
            today=visit.today,
            expires_on=vial.expires_on,
        )
        offered = batch is not None and batch in visit.batches
        filled = {"batch": str(batch.pk) if batch and offered else ""}
        if not offered:
            filled |= {
                "batch_number": vial.number,
                "expires_on": batch.expires_on if batch else vial.expires_on,
            }
    form = LogForm(None, visit=visit, now=now, initial=filled)
    context = {"form": form, "visit": visit, "scanned": bool(filled), "vial_says": words, "patient": patient}
    return render(request, "schedules/log_scanned.html", context)


@require_POST
@allow(Action.LOG)
def undo_injection(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Take an own entry of the last 15 minutes back, with all that was recorded beside it."""
    patient = patient_or_404(request, uid, Action.LOG)
    injection = get_object_or_404(Injection, uid=row, patient=patient)
    try:
        take_back_injection(patient=patient, injection=injection, now=patient.clinic.now(), by=request.user)
    except TooLateToUndoError:
        notify(request, _("Too late to undo. Strike the entry out with a reason instead."))
        return redirect("correct_record", patient.uid, "injection", injection.uid)
    except ChangedMeanwhileError:
        notify(request, _("This entry was already taken back."))
        return redirect(way_back(request))
    notify(request, _("Taken back for %(name)s. All is as before.") % {"name": patient.name})
    return redirect(way_back(request))


def _log(
    form: LogForm | ElsewhereForm, patient: Patient, screening: Screening, beside: Beside, *, by: Any
) -> Logged:
    data = form.cleaned_data
    return log(
        patient=patient,
        dose=form.dose(),
        screening=screening,
        beside=beside,
        reason=data["reason"],
        sentence=data["sentence"],
        today=form.today,
        token=data["token"],
        by=by,
    )


def _page(
    request: HttpRequest,
    template: str,
    visit: DoseVisit,
    form: LogForm | ElsewhereForm,
    refused: RefusedError | None,
) -> HttpResponse:
    """The form; on the first showing also what the rules say of a dose now, and when the next would be."""
    patient = visit.patient
    foreseen = None if form.is_bound else foresee(patient, form.expected_dose(), today=visit.today)
    context = patient_context(request, patient) | {
        "visit": visit,
        "form": form,
        "questions": QUESTIONS.items(),
        "foreseen": foreseen or Foreseen(),
        "refused": refused.codes if refused else (),
        "back": way_back(request),
        "next": request.GET.get("next", ""),
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _saved(
    request: HttpRequest, patient: Patient, logged: Logged, *, scores_due: bool = False
) -> HttpResponse:
    if logged.next_book_on:
        words = _("Saved for %(name)s. Next: book %(day)s.")
        text = words % {"name": patient.name, "day": day(logged.next_book_on)}
    else:
        text = _("Saved for %(name)s. There is no next date: a physician has to decide.") % {
            "name": patient.name
        }
    card_url = card_url_for(patient) if logged.next_book_on else ""
    assess_url = ""
    if scores_due:
        text = f"{text} {_('Symptom scores are still due.')}"
        assess_url = reverse("record_assessment", args=[patient.uid])
    undo_url = _undo_url(patient, logged.injection)
    notify(request, text, undo_url=undo_url, card_url=card_url, assess_url=assess_url)
    return redirect(way_back(request))


def _undo_url(patient: Patient, injection: Injection) -> str:
    return reverse("undo_injection", args=[patient.uid, injection.uid])


def _said_before(request: HttpRequest, patient: Patient) -> HttpResponse:
    notify(request, _("This was already saved for %(name)s, once.") % {"name": patient.name})
    return redirect(way_back(request))


def _todays_batch(request: HttpRequest, today: dt.date) -> int | None:
    """The batch this user took from the shelf earlier today."""
    pk, on = request.session.get(TODAYS_BATCH, (None, ""))
    return pk if on == today.isoformat() else None


def _remember_batch(request: HttpRequest, injection: Injection, today: dt.date) -> None:
    """Until midnight; the session is written only when the batch is another one."""
    remembered = [injection.batch_id, today.isoformat()]
    if injection.batch_id and request.session.get(TODAYS_BATCH) != remembered:
        request.session[TODAYS_BATCH] = remembered


for _view in (log_injection, given_elsewhere, not_given, scan_vial, undo_injection):
    _view.section = "today"  # type: ignore[attr-defined,union-attr]
