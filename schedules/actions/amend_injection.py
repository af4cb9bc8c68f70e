"""Correct what is on record of a dose: the row is struck out and written anew, and all that hangs on it follows."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

from django.db import transaction

from patients.actions.injections import Afterwards, Dose, recorded_with
from patients.actions.once import claim_form
from patients.actions.records import ChangedMeanwhileError, lock_patient, ref, strike_out, write_again
from patients.models import Assessment, BloodDraw, Injection, Patient, Pregnancy
from patients.models.record import ClinicalRecord
from patients.vocabulary import ErrorReason, Place
from schedules.actions.log_injection import Logged, judge_dose, refusal_of
from schedules.actions.move_entry import Override
from schedules.actions.refresh import refresh_patients
from schedules.facts import facts_for
from schedules.models import Booking, PatientSchedule
from schedules.rules.facts import Facts
from schedules.rules.results import Strength

# Where the day and the time of what was recorded with a dose stand.
_WHEN: dict[type[ClinicalRecord], tuple[str, str]] = {
    Assessment: ("on", "at"),
    BloodDraw: ("drawn_on", "drawn_at"),
    Pregnancy: ("from_date", ""),
}


def facts_without(patient: Patient, injection: Injection) -> Facts:
    """The patient's facts as if this dose had not been recorded: what a corrected one is judged by."""
    facts = facts_for([patient])[patient.pk]
    others = tuple(each for each in facts.injections if each.ref != ref(injection))
    return replace(facts, injections=others)


@transaction.atomic
def amend_injection(
    *,
    patient: Patient,
    injection: Injection,
    dose: Dose,
    after: Afterwards,
    note: str,
    override: Override,
    today: dt.date,
    token: uuid.UUID,
    by: Any,
) -> Logged:
    """Strike the dose out as amended (`note` says why) and write it anew as `dose`, `after` and, unchanged, who gave
    it and what was asked before.

    What was recorded with it belongs to the new row, on its day if it was on the old one's; a booking made after it
    stays. Judged as a new dose, without the old one. Raises ChangedMeanwhileError if it is struck out already,
    RefusedError, NeedsReasonError for what the rules question without `override`, MergedRecordError,
    AlreadySubmittedError.
    """
    claim_form(token=token, by=by)
    patient = lock_patient(patient)
    standing = Injection.objects.valid().filter(pk=injection.pk, patient=patient, given=True)
    old = standing.select_related("batch").first()
    if old is None:
        raise ChangedMeanwhileError("This entry was already corrected by someone else.")
    codes = judge_dose(facts_without(patient, old), dose, today=today).codes
    if refusal := refusal_of(codes, reason=override.reason, sentence=override.sentence):
        raise refusal
    said = override if any(code.strength == Strength.SOFT for code in codes) else Override()
    batch = dose.batch
    strike_out(old, reason=ErrorReason.AMENDED, note=note, by=by)
    new = write_again(
        old,
        on=dose.on,
        at=dose.at,
        drug=dose.drug,
        dose_ug=dose.dose_ug,
        route=dose.route,
        site=dose.site,
        place=dose.place,
        place_source=dose.place_source,
        batch=batch,
        batch_number=batch.number if batch else dose.batch_number,
        expires_on=batch.expires_on if batch else dose.expires_on,
        batch_reason=dose.batch_reason,
        given_by=(old.given_by or old.recorded_by) if dose.place == Place.HERE else None,
        reaction=after.reaction,
        note=after.note,
        codes=[code.code for code in codes],
        override_reason=said.reason,
        override_note=said.sentence,
        recorded_by=by,
    )
    for row in list(recorded_with(old)):
        _follow(row, old, new, note=note, by=by)
    bookings = list(_bookings_after(old))
    answer = refresh_patients([patient.pk], cause=ref(new), as_of=today)[0]
    for booking in bookings:
        booking.after_dose_on = answer.evaluation.last_dose_on
        booking.save(update_fields=["after_dose_on"])
    row = answer.schedule()
    return Logged(new, row.due_on, row.book_on)


def _follow(row: Any, old: Injection, new: Injection, *, note: str, by: Any) -> None:
    """What was recorded with the old dose belongs to the new one; on the wrong day it is written anew, too."""
    day, time = _WHEN[type(row)]
    moved: dict[str, Any] = {}
    if getattr(row, day) == old.on != new.on:
        moved[day] = new.on
    if time and getattr(row, time) == old.at != new.at:
        moved[time] = new.at
    ended = row.ended_on if isinstance(row, Pregnancy) else None
    if not moved or (ended is not None and ended < new.on):
        row.injection = new
        row.save(update_fields=["injection"])
        return
    strike_out(row, reason=ErrorReason.AMENDED, note=note, by=by)
    write_again(row, injection=new, **moved)


def _bookings_after(old: Injection) -> Any:
    """The dates agreed after this dose if it is the last: a correction of its day does not overtake them."""
    last = PatientSchedule.objects.filter(patient=old.patient_id, last_dose_on=old.on)
    found = Booking.objects.filter(patient=old.patient_id, cancelled_at__isnull=True, after_dose_on=old.on)
    return found if last.exists() else found.none()
