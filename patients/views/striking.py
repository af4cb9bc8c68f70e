"""Striking an entry out: the same page for an entry of the record and for a decision or an order."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions.access import log_access
from patients.actions.once import AlreadySubmittedError, recorded_before
from patients.actions.records import ChangedMeanwhileError
from patients.forms.clinical import CorrectionForm
from patients.models import Patient
from patients.notices import notify
from patients.permissions import Action, member_of
from patients.views.page import patient_context
from patients.vocabulary import ErrorReason

# What is said of an entry of another patient, to a nurse and to a physician.
MOVE_LATER = {
    False: gettext_lazy("Struck out. A physician can move it to the right patient from here."),
    True: gettext_lazy("Struck out. “Move it…” beside the entry below moves it to the right patient."),
}


def strike_out_page(
    request: HttpRequest,
    patient: Patient,
    *,
    strike: Callable[..., None],
    what: str,
    said: str,
    back: str,
    movable: bool = False,
    move_url: str = "",
) -> HttpResponse:
    """Ask why, then call `strike(reason=, note=, token=, by=)`, which may find that somebody was first.

    `what` is the entry in words, `said` what the next page says, `back` the page that leaving goes to. That
    it belongs to another patient is for a physician to say, of what is `movable` for whoever wrote it, too; with
    `move_url` the page offers to move it there at once.
    """
    if recorded_before(token=request.POST.get("token"), by=request.user) is not None:
        return redirect("patient", patient.uid)
    physician = member_of(request).may(Action.CORRECT_OTHERS, patient.clinic_id)
    form = CorrectionForm(request.POST or None, may_be_anothers=physician or movable)
    if request.method == "POST" and form.is_valid():
        try:
            strike(
                reason=ErrorReason(form.cleaned_data["reason"]),
                note=form.cleaned_data["note"],
                token=form.cleaned_data["token"],
                by=request.user,
            )
        except ChangedMeanwhileError as error:
            form.add_error(None, str(error))
        except AlreadySubmittedError:
            return redirect("patient", patient.uid)
        else:
            anothers = form.cleaned_data["reason"] == ErrorReason.WRONG_PATIENT
            notify(request, str(MOVE_LATER[physician]) if movable and anothers else said)
            return redirect("patient", patient.uid)
    if request.method == "GET":
        log_access(request, patient, "striking out")
    context = patient_context(request, patient) | {
        "form": form,
        "title": _("Strike out: %(what)s") % {"what": what},
        "save": _("Strike out"),
        "back": back,
        "movable": movable,
        "move_url": move_url,
    }
    return render(request, "patients/strike_out.html", context, status=422 if form.errors else 200)
