"""Strike a decision or an order out, with a reason."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from patients.permissions import Action, Membership, allow, member_of, patient_or_404
from patients.templatetags.clinic_words import day
from patients.views.striking import strike_out_page
from patients.vocabulary import DecisionKind
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
    return strike_out_page(
        request,
        patient,
        strike=partial(withdraw_decision, patient=patient, record=record),
        what=plan_entry_words(record),
        said=_("Struck out. The calendar is as it is without this decision."),
        back="decide",
    )
