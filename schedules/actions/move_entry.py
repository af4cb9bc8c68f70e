"""An entry that was recorded on the wrong patient: struck out there and written for the right one, as one action."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from patients.actions.injections import dose_of, recorded_with
from patients.actions.once import claim_form
from patients.actions.records import ChangedMeanwhileError, lock_both, ref, strike_out, write_again
from patients.models import Assessment, Injection, LabResult, Patient
from patients.models.patient import MergedRecordError
from patients.models.record import ClinicalRecord
from patients.vocabulary import ErrorReason
from schedules.actions.log_injection import judge_dose, refusal_of
from schedules.actions.refresh import refresh_patients
from schedules.facts import facts_for
from schedules.rules.asked import RecordLab
from schedules.rules.facts import Facts
from schedules.rules.requests import judge
from schedules.rules.results import RequestCode, Strength


@dataclass(frozen=True, slots=True)
class Override:
    """A coded reason and a sentence for what the rules question with the right patient."""

    reason: str = ""
    sentence: str = ""


def of_one_draw(result: LabResult) -> list[LabResult]:
    """The results of the blood that `result` is from and that move with it: the same patient, day, time and
    laboratory; with one that is struck out those struck out, too."""
    rows = LabResult.objects.movable().filter(
        error_at__isnull=not result.entered_in_error,
        patient=result.patient_id,
        drawn_on=result.drawn_on,
        drawn_at=result.drawn_at,
        laboratory=result.laboratory,
    )
    return list(rows.order_by("pk"))


def judge_move(facts: Facts, rows: Iterable[ClinicalRecord], *, today: dt.date) -> list[RequestCode]:
    """What the rules say of recording these rows for the patient of `facts`, each code once. That a value is odd was
    confirmed when it was recorded and is not asked again."""
    found: dict[str, RequestCode] = {}
    for row in rows:
        for code in _codes(facts, row, today=today):
            if code.code != "IMPLAUSIBLE_VALUE":
                found.setdefault(code.code, code)
    return list(found.values())


def _codes(facts: Facts, row: ClinicalRecord, *, today: dt.date) -> Sequence[RequestCode]:
    if isinstance(row, LabResult):
        request = RecordLab(
            analyte=row.analyte,
            value=row.value,
            unit=row.unit,
            comparator=row.comparator or None,
            on=row.drawn_on,
        )
        return judge(facts, request, as_of=today).codes
    if isinstance(row, Injection | Assessment):
        dose = dose_of(row if isinstance(row, Injection) else Injection(on=row.on))
        codes = judge_dose(facts, dose, today=today).codes
        given = isinstance(row, Injection) and row.given
        # Of what is no dose only the day is judged.
        return codes if given else [code for code in codes if code.strength == Strength.HARD]
    raise TypeError(type(row).__name__)


@transaction.atomic
def move_entry(
    *,
    patient: Patient,
    target: Patient,
    rows: Sequence[Injection] | Sequence[LabResult] | Sequence[Assessment],
    note: str,
    override: Override,
    today: dt.date,
    token: uuid.UUID,
    by: Any,
) -> list[ClinicalRecord]:
    """Strike `rows` out for `patient` and write them for `target`, with the same who and when; what was recorded with
    a dose (blood, assessment, pregnancy) goes with it. What is struck out as another patient's already keeps who, when
    and why. Returns the new rows.

    Raises RefusedError for a day that cannot be (ahead, or before birth), NeedsReasonError for what the rules question
    without a reason and a sentence, ChangedMeanwhileError if an entry is moved or otherwise struck out,
    MergedRecordError, AlreadySubmittedError.
    """
    claim_form(token=token, by=by)
    patient, target = lock_both(patient, target)
    for each in (patient, target):
        if each.merged_into_id is not None:
            raise MergedRecordError(each)
    if patient.pk == target.pk or patient.clinic_id != target.clinic_id:
        raise ValueError("an entry moves to another patient of the clinic")
    asked = len(rows)
    standing = type(rows[0]).objects.movable().filter(pk__in=[row.pk for row in rows], patient=patient)
    rows = list(standing.order_by("pk"))
    if len(rows) != asked:
        raise ChangedMeanwhileError("This entry was already corrected by someone else.")
    codes = judge_move(facts_for([target])[target.pk], rows, today=today)
    if refusal := refusal_of(codes, reason=override.reason, sentence=override.sentence):
        raise refusal
    written: list[ClinicalRecord] = []
    for row in rows:
        written += _move(row, target, codes=codes, override=override, note=note, by=by)
    refresh_patients([patient.pk, target.pk], cause=ref(written[0]), as_of=today)
    return written


def _move(
    row: ClinicalRecord,
    target: Patient,
    *,
    codes: Sequence[RequestCode],
    override: Override,
    note: str,
    by: Any,
) -> list[ClinicalRecord]:
    """One row, and what was recorded with it."""
    more: dict[str, Any] = {"injection": None} if isinstance(row, Assessment) else {}
    if isinstance(row, Injection) and row.given:
        more["codes"] = [code.code for code in codes]
        if override.reason and any(code.strength == Strength.SOFT for code in codes):
            more |= {"override_reason": override.reason, "override_note": override.sentence}
    beside = list(recorded_with(row)) if isinstance(row, Injection) else []
    if not row.entered_in_error:
        strike_out(row, reason=ErrorReason.WRONG_PATIENT, note=note, by=by)
    new = write_again(row, patient=target, **more)
    written = [new]
    for each in beside:
        strike_out(each, reason=ErrorReason.WRONG_PATIENT, note=note or row.error_note, by=by)
        written.append(write_again(each, patient=target, injection=new))
    return written
