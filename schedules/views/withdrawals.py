"""Strike a decision or an order out, with a reason."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from patients.actions.access import log_access
from patients.actions.once import AlreadySubmittedError, recorded_before
from patients.actions.records import ChangedMeanwhileError
from patients.forms.clinical import CorrectionForm
from patients.notices import notify
from patients.permissions import Action, Membership, allow, member_of, patient_or_404
from patients.templatetags.clinic_words import day
from patients.views.page import patient_context
from patients.vocabulary import DecisionKind, ErrorReason
from schedules.actions.withdrawals import withdraw_decision
from schedules.models import Decision, Order
from schedules.timeline_words import decision_title, order_title

KINDS: dict[str, type[Decision] | type[Order]] = {"decision": Decision, "order": Order}


def may_withdraw(member: Membership, record: Decision | Order, *, by: int | None) -> bool:
    """A physician; and whoever closed a record by mistake, their own closing."""
    if member.may(Action.DECIDE, record.clinic_id):
        return True
    closing = isinstance(record, Decision) and record.kind == DecisionKind.CLOSE
    return closing and record.recorded_by_id == by and member.may(Action.EDIT_IDENTITY, record.clinic_id)


def plan_entry_words(record: Decision | Order) -> str:
    """A decision or an order in one line: "Interval changed: every month, Mon 2 Mar 2026"."""
    if isinstance(record, Decision):
        return f"{decision_title(vars(record))}, {day(record.on)}"
    order = order_title(vars(record))
    return f"{order[:1].upper()}{order[1:]}, {day(record.from_date)}"


@allow(Action.SEE_LISTS, section="patient_search")
def withdraw(request: HttpRequest, uid: str, kind: str, row: str) -> HttpResponse:
    """Ask why, strike it out; calendar and flags are as without it."""
    patient = patient_or_404(request, uid, Action.SEE_LISTS)
    record: Decision | Order = get_object_or_404(KINDS[kind], uid=row, patient=patient)  # type: ignore[assignment]
    if not may_withdraw(member_of(request), record, by=request.user.pk):
        raise PermissionDenied(_("A physician of this clinic may strike out a decision."))
    if recorded_before(token=request.POST.get("token"), by=request.user) is not None:
        return redirect("patient", patient.uid)
    physician = member_of(request).may(Action.CORRECT_OTHERS, patient.clinic_id)
    form = CorrectionForm(request.POST or None, by_physician=physician)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_decision(
                patient=patient,
                record=record,
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
            notify(request, _("Struck out. The calendar is as it is without this decision."))
            return redirect("patient", patient.uid)
    if request.method == "GET":
        log_access(request, patient, "decision")
    context = patient_context(request, patient) | {
        "form": form,
        "title": _("Strike out: %(what)s") % {"what": plan_entry_words(record)},
        "save": _("Strike out"),
        "back": "decide",
    }
    return render(request, "patients/form.html", context, status=422 if form.errors else 200)
