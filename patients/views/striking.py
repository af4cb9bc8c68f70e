"""Striking an entry out: the same page for an entry of the record and for a decision or an order."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from patients.actions.access import log_access
from patients.actions.once import AlreadySubmittedError, recorded_before
from patients.actions.records import ChangedMeanwhileError
from patients.forms.clinical import CorrectionForm
from patients.models import Patient
from patients.notices import notify
from patients.permissions import Action, member_of
from patients.views.page import patient_context
from patients.vocabulary import ErrorReason


def strike_out_page(
    request: HttpRequest,
    patient: Patient,
    *,
    strike: Callable[..., None],
    what: str,
    said: str,
    back: str,
    move_url: str = "",
) -> HttpResponse:
    """Ask why, then call `strike(reason=, note=, token=, by=)`, which may find that somebody was first.

    `what` is the entry in words, `said` what the next page says, `back` the page that leaving goes to. With `move_url`
    the page offers, for an entry of another patient, to move it there instead.
    """
    if recorded_before(token=request.POST.get("token"), by=request.user) is not None:
        return redirect("patient", patient.uid)
    physician = member_of(request).may(Action.CORRECT_OTHERS, patient.clinic_id)
    form = CorrectionForm(request.POST or None, by_physician=physician)
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
            notify(request, said)
            return redirect("patient", patient.uid)
    if request.method == "GET":
        log_access(request, patient, "striking out")
    context = patient_context(request, patient) | {
        "form": form,
        "title": _("Strike out: %(what)s") % {"what": what},
        "save": _("Strike out"),
        "back": back,
        "move_url": move_url,
    }
    return render(request, "patients/strike_out.html", context, status=422 if form.errors else 200)
