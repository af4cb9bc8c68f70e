"""Log an injection with all that was asked, drawn and scored beside it, as one action; and take it back."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from patients.actions.injections import (
    NOTHING_TO_ADD,
    Afterwards,
    Confirmed,
    Dose,
    Screening,
    record_injection,
    undo_injection,
)
from patients.actions.once import claim_form, recorded_before
from patients.actions.records import lock_patient, ref
from patients.models import Assessment, BloodDraw, Injection, Patient, Pregnancy
from schedules.actions.refresh import refresh_patients
from schedules.facts import facts_for
from schedules.rules import facts as rules
from schedules.rules.asked import RecordInjection
from schedules.rules.facts import Facts
from schedules.rules.requests import judge
from schedules.rules.results import Judgement, RequestCode, Strength


class RefusedError(Exception):
    """It cannot have happened so (a date in the future or before birth); `codes` say why."""

    def __init__(self, codes: Sequence[RequestCode]) -> None:
        super().__init__(" ".join(code.reason for code in codes))
        self.codes = codes


class NeedsReasonError(RefusedError):
    """It is recorded once the recorder gives a coded reason and a sentence."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is recorded together with a dose. `scores` by domain, `draw` the contents of the blood taken;
    none: not assessed, no blood taken."""

    scores: Mapping[str, int | None] | None = None
    same_as_last: bool = False
    draw: tuple[str, ...] | None = None
    draw_before_dose: bool = True
    pregnancy: str = ""
    after: Afterwards = field(default=NOTHING_TO_ADD)


@dataclass(frozen=True, slots=True)
class Logged:
    """The row, and when the next dose is due and to be booked (none: no next date)."""

    injection: Injection
    next_due_on: dt.date | None
    next_book_on: dt.date | None


def judge_dose(facts: Facts, dose: Dose, *, today: dt.date) -> Judgement:
    """The codes of recording this dose (clinical specification §6, `record_injection`)."""
    request = RecordInjection(on=dose.on, drug=dose.drug, dose=dose.dose_ug, unit="ug", route=dose.route)
    return judge(facts, request, as_of=today)


def log_injection(
    *,
    patient: Patient,
    dose: Dose,
    screening: Screening,
    beside: Beside,
    reason: str,
    sentence: str,
    today: dt.date,
    token: uuid.UUID,
    by: Any,
) -> Logged:
    """Record a dose that was given, and bring calendar and flags up to date.

    `reason` (a coded override reason) and `sentence` confirm what the rules question. Raises
    AlreadySubmittedError for a form recorded before, RefusedError for what cannot be, NeedsReasonError for a
    second dose of a day without a reason.
    """
    patient = lock_patient(patient)
    facts = facts_for([patient])[patient.pk]
    judgement = judge_dose(facts, dose, today=today)
    refusal = refusal_of(judgement.codes, reason=reason, sentence=sentence)
    if refusal is not None and recorded_before(token=str(token), by=by) is None:
        raise refusal
    # The token is taken once nothing can be refused any more: a refused form may be sent again. The second copy
    # of a recorded one, which the first makes look like a duplicate dose, ends here.
    claim_form(token=token, by=by)
    injection = record_injection(
        patient=patient,
        dose=dose,
        screening=screening,
        confirmed=Confirmed(tuple(code.code for code in judgement.codes), reason, sentence),
        afterwards=beside.after,
        by=by,
    )
    facts = _with_dose(facts, injection)
    facts = _write_beside(facts, injection, beside, by=by)
    answer = refresh_patients([patient.pk], cause=ref(injection), as_of=today, known={patient: facts})[0]
    row = answer.schedule()
    return Logged(injection, row.due_on, row.book_on)


def take_back_injection(*, patient: Patient, injection: Injection, now: dt.datetime, by: Any) -> None:
    """Undo an own entry of the last 15 minutes with all that was recorded beside it; calendar and flags are as
    before. Raises TooLateToUndoError, or ChangedMeanwhileError if it is struck out already."""
    undo_injection(patient=patient, injection=injection, now=now, by=by)
    refresh_patients([patient.pk], cause=ref(injection))


def refusal_of(codes: Sequence[RequestCode], *, reason: str, sentence: str) -> RefusedError | None:
    """Why this cannot be written as it is, if so."""
    hard = [code for code in codes if code.strength == Strength.HARD]
    soft = [code for code in codes if code.strength == Strength.SOFT]
    if hard:
        return RefusedError(hard)
    if soft and not (reason and sentence.strip()):
        return NeedsReasonError(soft)
    return None


def _with_dose(facts: Facts, injection: Injection) -> Facts:
    dose = rules.Injection(
        injection.on, injection.at, injection.drug, injection.dose_ug, injection.route, ref(injection)
    )
    return replace(facts, injections=(*facts.injections, dose))


def _write_beside(facts: Facts, injection: Injection, beside: Beside, *, by: Any) -> Facts:
    """Write the assessment, the draw and the pregnancy; the facts with them."""
    kept = {
        "clinic_id": injection.clinic_id,
        "patient_id": injection.patient_id,
        "injection": injection,
        "recorded_by": by,
    }
    if beside.draw is not None:
        BloodDraw.objects.create(
            **kept,
            drawn_on=injection.on,
            drawn_at=injection.at,
            before_dose=beside.draw_before_dose,
            contents=list(beside.draw),
        )
    if beside.scores is not None:
        made = Assessment.objects.create(
            **kept, on=injection.on, at=injection.at, same_as_last=beside.same_as_last, **beside.scores
        )
        row = rules.Assessment.of(injection.on, beside.scores, ref=ref(made))
        facts = replace(facts, assessments=(*facts.assessments, row))
    if beside.pregnancy:
        said = Pregnancy.objects.create(**kept, status=beside.pregnancy, from_date=injection.on)
        record = rules.Pregnancy(beside.pregnancy, injection.on, None, ref(said))
        person = replace(facts.patient, pregnancies=(*facts.patient.pregnancies, record))
        facts = replace(facts, patient=person)
    return facts
