"""Write a dose that was given, or was not; take an own entry back while it is fresh."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from patients.actions.once import claim_form
from patients.actions.records import lock_patient, strike_out
from patients.models import Batch, Injection, Patient
from patients.vocabulary import ErrorReason, NotGivenReason

# Own entries may be undone for so long; later they are corrected with a reason.
UNDO_FOR = dt.timedelta(minutes=15)


class TooLateToUndoError(Exception):
    """The entry is not one's own, or no longer fresh: it can be corrected with a reason instead."""


@dataclass(frozen=True, slots=True)
class Dose:
    """What was given where. `dose_ug` in micrograms; `batch` is one on the shelf, else its number as typed."""

    on: dt.date
    at: dt.time | None
    drug: str
    dose_ug: Any
    route: str
    site: str = ""
    place: str = "here"
    place_source: str = ""
    batch: Batch | None = None
    batch_number: str = ""
    expires_on: dt.date | None = None
    batch_reason: str = ""


@dataclass(frozen=True, slots=True)
class Screening:
    """What was asked before the dose; `yes` holds the questions answered with yes, `note` what was said."""

    identity_checked: bool = False
    clear: bool = False
    yes: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The codes that applied, and the recorder's own reason where one of them asks for it."""

    codes: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What was seen after the dose, and a free note."""

    reaction: str = ""
    note: str = ""


NOTHING_TO_ADD = Afterwards()


def record_injection(
    *,
    patient: Patient,
    dose: Dose,
    screening: Screening,
    confirmed: Confirmed,
    afterwards: Afterwards = NOTHING_TO_ADD,
    by: Any,
) -> Injection:
    """Write a dose that was given. Part of a larger action that has locked the patient and judged the request,
    and that brings the calendar up to date afterwards."""
    batch = dose.batch
    return Injection.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
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
        given_by=by if dose.place == "here" else None,
        identity_checked=screening.identity_checked,
        screening_clear=screening.clear,
        screening_yes=list(screening.yes),
        screening_note=screening.note,
        reaction=afterwards.reaction,
        note=afterwards.note,
        codes=list(confirmed.codes),
        override_reason=confirmed.reason,
        override_note=confirmed.note,
        recorded_by=by,
    )


def record_not_given(
    *,
    patient: Patient,
    on: dt.date,
    at: dt.time | None,
    reason: NotGivenReason,
    note: str,
    token: uuid.UUID,
    by: Any,
) -> Injection:
    """Keep that the dose was not given and why. It is no dose, so the calendar stays and the patient stays due."""
    claim_form(token=token, by=by)
    lock_patient(patient)
    return Injection.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        on=on,
        at=at,
        given=False,
        not_given_reason=reason,
        note=note,
        recorded_by=by,
    )


def may_undo(injection: Injection, *, now: dt.datetime, by: Any) -> bool:
    """Whether `by` wrote it not longer than 15 minutes ago and it still stands."""
    fresh = now - injection.recorded_at <= UNDO_FOR
    return fresh and injection.recorded_by_id == by.pk and not injection.entered_in_error


def undo_injection(*, patient: Patient, injection: Injection, now: dt.datetime, by: Any) -> None:
    """Strike out an own entry and what was recorded with it: assessment, blood draw, pregnancy.

    Raises TooLateToUndoError if it is another's or older than 15 minutes, ChangedMeanwhileError if it is struck
    out already. Part of a larger action that brings the calendar up to date afterwards.
    """
    lock_patient(patient)
    injection.refresh_from_db()
    if not injection.entered_in_error and not may_undo(injection, now=now, by=by):
        raise TooLateToUndoError
    strike_out(injection, reason=ErrorReason.UNDONE, note="", by=by)
    for row in list(recorded_with(injection)):
        strike_out(row, reason=ErrorReason.UNDONE, note="", by=by)


def dose_of(row: Injection) -> Dose:
    """What is on record of the dose, as `record_injection` was told it."""
    return Dose(
        on=row.on,
        at=row.at,
        drug=row.drug,
        dose_ug=row.dose_ug,
        route=row.route,
        site=row.site,
        place=row.place,
        place_source=row.place_source,
        batch=row.batch,
        batch_number=row.batch_number,
        expires_on=row.expires_on,
        batch_reason=row.batch_reason,
    )


def recorded_with(injection: Injection) -> Iterable[Any]:
    """What stands beside a dose: assessment, blood draw, pregnancy."""
    for rows in (injection.assessments_made, injection.draws, injection.pregnancies_said):
        yield from rows.valid()
