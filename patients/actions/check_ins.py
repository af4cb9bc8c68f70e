"""A patient answers by link: the birth year first, then the five questions. Nobody is signed in, so the clinic scope
is the link's own, and every wrong birth year is committed before anything else can fail."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from patients.actions.records import lock_patient, ref, tell_calendar
from patients.check_ins import Invited, Scores, latest_assessment, worse_in
from patients.models import CheckIn, CheckInInvitation
from patients.models.check_in import MOST_TRIES
from patients.scope import clinic_scope


@dataclass(frozen=True, slots=True)
class WrongYear:
    """It is not the birth year on record; so many tries are left."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers as recorded, and whether they are worse than the latest assessment in any domain."""

    check_in: CheckIn
    is_worse: bool


def is_open(invited: Invited, *, now: dt.datetime) -> bool:
    """Whether the link can be used. Changes nothing: mail scanners open links."""
    with clinic_scope([invited.clinic_id]):
        row = _invitations(invited).first()
        return row is not None and row.is_open_on(_today(row, now))


def try_birth_year(invited: Invited, *, year: int, now: dt.datetime) -> CheckInInvitation | WrongYear | None:
    """The invitation, if the link can be used and this is the patient's birth year; a wrong year counts, and the
    last one shuts the link. None: the link cannot be used (any more), whatever the reason."""
    with clinic_scope([invited.clinic_id]):
        row = _locked(invited)
        if row is None or not row.is_open_on(_today(row, now)):
            return None
        return row if _is_birth_year(row, year) else _count_try(row)


def answer_check_in(
    invited: Invited, *, year: int, scores: Scores, note: str, token: uuid.UUID, now: dt.datetime
) -> Answered | WrongYear | None:
    """Record the answers, once: the same form again (`token`) gets the same answer, any other one none. Calendar and
    flags follow at once. A wrong year counts as in `try_birth_year`."""
    with clinic_scope([invited.clinic_id]):
        row = _locked(invited)
        if row is None:
            return None
        today = _today(row, now)
        if row.answered_at is not None:
            before = CheckIn.objects.filter(invitation=row, uid=token).first()
            return _answered(before) if before and _is_birth_year(row, year) else None
        if not row.is_open_on(today):
            return None
        if not _is_birth_year(row, year):
            return _count_try(row)
        # The link in a mail outlives a merge: the answers belong to the record that holds everything now.
        patient = lock_patient(row.patient.current_record)
        answered = _answered(
            CheckIn(
                uid=token,
                clinic_id=row.clinic_id,
                patient=patient,
                invitation=row,
                on=today,
                answered_at=now,
                note=note,
                **scores,
            )
        )
        answered.check_in.save(force_insert=True)
        row.answered_at = now
        row.save(update_fields=["answered_at"])
        tell_calendar(patient, cause=ref(answered.check_in))
        return answered


def _invitations(invited: Invited) -> QuerySet[CheckInInvitation]:
    found = CheckInInvitation.objects.select_related("patient__clinic")
    return found.filter(pk=invited.invitation_id, patient__uid=invited.patient_uid)


def _locked(invited: Invited) -> CheckInInvitation | None:
    """The invitation, held until the transaction ends: of two tabs the second sees what the first did."""
    return _invitations(invited).select_for_update(of=("self",)).first()


def _today(row: CheckInInvitation, now: dt.datetime) -> dt.date:
    return now.astimezone(row.patient.clinic.tz).date()


def _is_birth_year(row: CheckInInvitation, year: int) -> bool:
    return row.patient.birth_date.year == year


def _count_try(row: CheckInInvitation) -> WrongYear | None:
    """Returns instead of raising: an error would roll the count back."""
    row.tries += 1
    row.save(update_fields=["tries"])
    return None if row.is_locked else WrongYear(MOST_TRIES - row.tries)


def _answered(check_in: CheckIn) -> Answered:
    found = latest_assessment(check_in.patient, today=check_in.on)
    return Answered(check_in, bool(worse_in(check_in.scores, found.scores if found else None)))
