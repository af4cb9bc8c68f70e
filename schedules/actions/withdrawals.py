"""Take back a decision or an order that should not be there: on the wrong patient, or signed by mistake."""

import uuid
from typing import Any

from django.db import transaction

from patients.actions.once import claim_form
from patients.actions.records import lock_patient, ref, strike_out, tell_calendar
from patients.models import Patient
from patients.vocabulary import ErrorReason
from schedules.models import Decision, Order


@transaction.atomic
def withdraw_decision(
    *,
    patient: Patient,
    record: Decision | Order,
    reason: ErrorReason,
    note: str,
    token: uuid.UUID,
    by: Any,
) -> None:
    """Strike a decision out with the orders it wrote, or one order; calendar and flags are as without it.

    If no order is in force afterwards and the plan is the one before, the order that this one ended is in force
    again. Raises ChangedMeanwhileError if it was struck out already, AlreadySubmittedError for a form recorded
    before.
    """
    claim_form(token=token, by=by)
    patient = lock_patient(patient)
    strike_out(record, reason=reason, note=note, by=by)
    if isinstance(record, Decision):
        for order in Order.objects.valid().filter(decision=record):
            strike_out(order, reason=reason, note=note, by=by)
    _reopen_order_before(patient, record)
    tell_calendar(patient, cause=ref(record))


def _reopen_order_before(patient: Patient, record: Decision | Order) -> None:
    """Put the order that `record` ended in force again, unless a later one is or something later ended it."""
    orders = Order.objects.valid().filter(patient=patient)
    if orders.filter(ended_on__isnull=True).exists():
        return
    started = record.on if isinstance(record, Decision) else record.from_date
    before = orders.order_by("-pk").first()
    later = Decision.objects.valid().filter(patient=patient, recorded_at__gt=record.recorded_at)
    if before is not None and before.ended_on == started and not later.exists():
        before.ended_on = None
        before.save(update_fields=["ended_on"])
