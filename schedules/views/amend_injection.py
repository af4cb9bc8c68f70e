"""Correct a dose: a detail of it, or strike it out as a whole."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from patients.actions.access import log_access
from patients.actions.corrections import may_correct
from patients.actions.injections import recorded_with
from patients.actions.once import AlreadySubmittedError, recorded_before
from patients.actions.records import ChangedMeanwhileError
from patients.entry_words import entry_words
from patients.models import Injection
from patients.notices import notify
from patients.permissions import Action, allow, member_of, patient_or_404
from patients.templatetags.clinic_words import day
from patients.views.page import patient_context
from schedules.actions import amend_injection as actions
from schedules.actions.log_injection import Logged, NeedsReasonError, RefusedError, judge_dose
from schedules.actions.move_entry import Override
from schedules.dose_visit import DoseVisit
from schedules.forms.amend_injection import AmendForm
from schedules.rules.results import Strength
from schedules.views.move_entry import beside_words


@allow(Action.ENTER_CLINICAL, section="patient_search")
def amend_injection(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """All that is on record of the dose, to be mended; own doses, or as a physician another's."""
    patient = patient_or_404(request, uid, Action.ENTER_CLINICAL)
    injection = get_object_or_404(
        Injection.objects.select_related("batch", "recorded_by"), uid=row, patient=patient, given=True
    )
    if not may_correct(member_of(request), injection, by=request.user):
        raise PermissionDenied(_("Somebody else wrote this entry. A physician may correct it."))
    if recorded_before(token=request.POST.get("token"), by=request.user) is not None:
        return redirect("patient", patient.uid)
    now = patient.clinic.now()
    visit = DoseVisit(patient, today=now.date(), todays_batch=None)
    form = AmendForm(request.POST or None, injection=injection, visit=visit, now=now)
    judged = form.recorded()
    if request.method == "POST" and form.is_valid():
        data, judged = form.cleaned_data, form.dose()
        try:
            logged = actions.amend_injection(
                patient=patient,
                injection=injection,
                dose=judged,
                after=form.afterwards(),
                note=data["why"],
                override=Override(data["reason"], data["sentence"]),
                today=now.date(),
                token=data["token"],
                by=request.user,
            )
        except AlreadySubmittedError:
            return redirect("patient", patient.uid)
        except ChangedMeanwhileError as error:
            form.add_error(None, str(error))
        except NeedsReasonError:
            form.ask_reason()
        except RefusedError as error:
            form.add_error("on", str(error))
        else:
            notify(request, _said(logged))
            return redirect("patient", patient.uid)
    if request.method == "GET":
        log_access(request, patient, "correcting an injection")
    codes = judge_dose(actions.facts_without(patient, injection), judged, today=now.date()).codes
    context = patient_context(request, patient) | {
        "form": form,
        "injection": injection,
        "entry": entry_words(injection),
        "beside": [beside_words(each) for each in recorded_with(injection)],
        "soft": [code for code in codes if code.strength == Strength.SOFT],
    }
    return render(request, "schedules/amend_injection.html", context, status=422 if form.errors else 200)


def _said(logged: Logged) -> str:
    if logged.next_book_on:
        return _("Corrected. The entry as it was stays visible. Next: book %(day)s.") % {
            "day": day(logged.next_book_on)
        }
    return _("Corrected. The entry as it was stays visible.")
