"""Sign a decision: every row it writes, in one transaction; the calendar and flags follow at once."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from patients.actions.once import claim_form
from patients.actions.records import lock_patient, ref, tell_calendar
from patients.models import Injection, Medication, Patient
from schedules.drafts import Draft, Verdict, judge_draft
from schedules.facts import facts_for
from schedules.models import Decision, Order
from schedules.rules.results import Strength


class RefusedError(Exception):
    """The rules refuse it: a hard code, or a soft one without an override. Nothing was written."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__("; ".join(code.reason for code in verdict.codes))
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class Override:
    """A physician's coded reason and sentence for going ahead against soft codes."""

    reason: str = ""
    sentence: str = ""

    @property
    def given(self) -> bool:
        return bool(self.reason and self.sentence)


@transaction.atomic
def sign_decision(
    *,
    patient: Patient,
    draft: Draft,
    override: Override,
    note: str,
    token: uuid.UUID,
    today: dt.date,
    by: Any,
) -> Decision | Order | Medication:
    """Judge again under the patient's lock, then write. Returns the main row.

    Raises RefusedError if a hard code applies or a soft one is not overridden, AlreadySubmittedError for a form
    that was recorded before.
    """
    claim_form(token=token, by=by)
    patient = lock_patient(patient)
    verdict = judge_draft(facts_for([patient])[patient.pk], draft, as_of=today)
    if verdict.refused or (verdict.asks and not override.given):
        raise RefusedError(verdict)
    kept = {
        "clinic_id": patient.clinic_id,
        "patient": patient,
        "recorded_by": by,
    }
    signed = {
        "codes": [code.code for code in verdict.codes],
        "overrides": [
            {"code": code.code, "reason": override.reason, "sentence": override.sentence}
            for code in verdict.of(Strength.SOFT)
        ],
        "note": note,
    }
    written: list[Decision | Order | Medication] = []
    if draft.earlier_dose:
        _record_earlier_dose(patient, draft.earlier_dose, by=by)
    written += [Decision.objects.create(**kept, **signed, **fields) for fields in draft.decisions]
    if draft.order or draft.ends_order:
        _end_orders(patient, on=draft.on)
    if draft.order:
        decision = written[0] if written and isinstance(written[0], Decision) else None
        written.append(
            Order.objects.create(**kept, **signed, **draft.order, decision=decision, ordered_by=by)
        )
    if draft.medication:
        written.append(Medication.objects.create(**kept, **signed, **draft.medication))
    tell_calendar(patient, cause=ref(written[0]))
    return written[0]


def _end_orders(patient: Patient, *, on: dt.date) -> None:
    """A new order ends the old one."""
    Order.objects.filter(patient=patient, ended_on__isnull=True, error_at__isnull=True).update(ended_on=on)


def _record_earlier_dose(patient: Patient, fields: dict[str, Any], *, by: Any) -> None:
    """The last dose given elsewhere, unless a dose of that day is on record."""
    given = Injection.objects.valid().filter(patient=patient, given=True, on=fields["on"])
    if not given.exists():
        Injection.objects.create(clinic_id=patient.clinic_id, patient=patient, recorded_by=by, **fields)
