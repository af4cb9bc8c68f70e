"""An entry recorded on the wrong patient: find the right one, read what the rules say there, move it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.actions.access import log_access
from patients.actions.corrections import CORRECTABLE, MOVABLE
from patients.actions.injections import recorded_with
from patients.actions.once import AlreadySubmittedError, recorded_before
from patients.actions.records import ChangedMeanwhileError
from patients.entry_words import entry_words
from patients.models import BloodDraw, Injection, LabResult, Patient, Pregnancy
from patients.models.record import ClinicalRecord
from patients.notices import notify
from patients.permissions import Action, allow, patient_or_404
from patients.views.page import patient_context
from schedules.actions.log_injection import NeedsReasonError, RefusedError
from schedules.actions.move_entry import Override, judge_move, move_entry, of_one_draw
from schedules.facts import facts_for
from schedules.forms.people import MoveForm
from schedules.models import PatientSchedule
from schedules.rules.results import Strength
from schedules.views.choose_person import choosing_context


def _entry(patient: Patient, word: str, row: str) -> ClinicalRecord:
    """The entry, if it is of a kind that moves."""
    if word not in MOVABLE:
        raise Http404
    found: ClinicalRecord = get_object_or_404(CORRECTABLE[word], uid=row, patient=patient)
    return found


@allow(Action.CORRECT_OTHERS, section="patient_search")
def move_find(request: HttpRequest, uid: str, word: str, row: str) -> HttpResponse:
    """Whose entry is it?"""
    patient = patient_or_404(request, uid, Action.CORRECT_OTHERS)
    record = _entry(patient, word, row)
    log_access(request, patient, "moving an entry")
    context = patient_context(request, patient) | choosing_context(
        request,
        patient,
        Action.CORRECT_OTHERS,
        url_of=lambda other: reverse("move", args=[patient.uid, word, record.uid, other.uid]),
    )
    context |= {
        "entry": entry_words(record),
        "back": reverse("patient", args=[patient.uid])
        if record.entered_in_error
        else reverse("correct_record", args=[patient.uid, word, record.uid]),
    }
    return render(request, "schedules/move_find.html", context)


@allow(Action.CORRECT_OTHERS, section="patient_search")
def move(request: HttpRequest, uid: str, word: str, row: str, other: str) -> HttpResponse:
    """Both patients, the entry, what the rules say of it for the right patient; one confirmation."""
    patient = patient_or_404(request, uid, Action.CORRECT_OTHERS)
    record = _entry(patient, word, row)
    target = patient_or_404(request, other, Action.CORRECT_OTHERS)
    if target.pk == patient.pk or target.clinic_id != patient.clinic_id:
        raise Http404
    if recorded_before(token=request.POST.get("token"), by=request.user) is not None:
        return redirect("patient", target.uid)
    today = patient.clinic.today()
    form = MoveForm(
        request.POST or None,
        panel=of_one_draw(record) if isinstance(record, LabResult) else (),
        asks_how=not record.entered_in_error,
    )
    valid = request.method == "POST" and form.is_valid()
    rows: Any = form.chosen if isinstance(record, LabResult) else [record]
    if valid:
        data = form.cleaned_data
        try:
            move_entry(
                patient=patient,
                target=target,
                rows=rows,
                note=data.get("note", ""),
                override=Override(data["reason"], data["sentence"]),
                today=today,
                token=data["token"],
                by=request.user,
            )
        except AlreadySubmittedError:
            return redirect("patient", target.uid)
        except ChangedMeanwhileError as error:
            form.add_error(None, str(error))
        except NeedsReasonError:
            form.ask_reason()
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            words = _("Moved here from %(number)s, and struck out there.") % {"number": patient.record_number}
            notify(request, words)
            return redirect("patient", target.uid)
    if request.method == "GET":
        for each in (patient, target):
            log_access(request, each, "moving an entry")
    codes = judge_move(facts_for([target])[target.pk], rows, today=today)
    context = patient_context(request, patient) | {
        "form": form,
        "record": record,
        "entry": beside_words(record),
        "beside": [beside_words(each) for each in recorded_with(record)]
        if isinstance(record, Injection)
        else [],
        "gone": not type(record).objects.movable().filter(pk=record.pk).exists(),
        "target": target,
        "target_age": target.age_on(today),
        "target_schedule": PatientSchedule.objects.filter(pk=target.pk).first(),
        "hard": [code for code in codes if code.strength == Strength.HARD],
        "soft": [code for code in codes if code.strength == Strength.SOFT],
        "info": [code for code in codes if code.strength == Strength.INFO],
        "back": reverse("move_find", args=[patient.uid, word, record.uid]),
    }
    return render(request, "schedules/move.html", context, status=422 if form.errors else 200)


def beside_words(record: Any) -> str:
    """An entry, or what was recorded with it, in one line."""
    if isinstance(record, BloodDraw):
        return _("the blood drawn with it")
    if isinstance(record, Pregnancy):
        return _("“%(status)s”, said with it") % {"status": record.get_status_display()}
    return entry_words(record)
