"""Mark who was told that a batch they had was withdrawn, and take that back while it is fresh."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from patients.actions.injections import UNDO_FOR, TooLateToUndoError
from patients.actions.once import claim_form
from patients.actions.records import lock_patient, strike_out
from patients.batches import WhichBatch
from patients.models import BatchNotice, Patient
from patients.vocabulary import ErrorReason, ToldHow


class NothingToTellError(Exception):
    """The batch is not withdrawn, or this patient had no dose of it."""


class AlreadyToldError(Exception):
    """Somebody else told this patient first; nothing was written."""


@transaction.atomic
def tell_of_batch(
    *, which: WhichBatch, patient: Patient, how: ToldHow, note: str, on: dt.date, token: uuid.UUID, by: Any
) -> BatchNotice:
    """Keep that the patient was told, or was not reached, on that day.

    Raises NothingToTellError, AlreadyToldError, AlreadySubmittedError for a form that was recorded before. The
    calendar does not depend on it.
    """
    claim_form(token=token, by=by)
    lock_patient(patient)
    if not which.is_to_be_told or not which.doses().filter(patient=patient).exists():
        raise NothingToTellError
    if which.told().filter(patient=patient).exists():
        raise AlreadyToldError
    notice = _notice(which, patient.pk, how, on, by)
    notice.note = note
    notice.save()
    return notice


@transaction.atomic
def tell_all_by_letter(
    *, which: WhichBatch, patient_ids: Iterable[int], on: dt.date, token: uuid.UUID, by: Any
) -> int:
    """Keep that these patients were told by letter, but for those told meanwhile; how many they were.

    Raises AlreadySubmittedError for a form that was recorded before, NothingToTellError if it is not withdrawn.
    """
    claim_form(token=token, by=by)
    if not which.is_to_be_told:
        raise NothingToTellError
    people = Patient.objects.select_for_update(of=("self",)).filter(clinic=which.clinic, pk__in=patient_ids)
    locked = list(people.order_by("pk").values_list("pk", flat=True))
    told = set(which.told().values_list("patient_id", flat=True))
    had = set(which.doses().values_list("patient_id", flat=True))
    meant = [pk for pk in locked if pk in had - told]
    BatchNotice.objects.bulk_create(_notice(which, pk, ToldHow.LETTER, on, by) for pk in meant)
    return len(meant)


def _notice(which: WhichBatch, patient_id: int, how: ToldHow, on: dt.date, by: Any) -> BatchNotice:
    return BatchNotice(
        clinic=which.clinic,
        patient_id=patient_id,
        batch=which.batch,
        number=which.number,
        number_key=which.key,
        how=how,
        on=on,
        recorded_by=by,
    )


def may_take_back(notice: BatchNotice, *, now: dt.datetime, by: Any) -> bool:
    """Whether `by` marked it not longer than 15 minutes ago and it still stands."""
    fresh = now - notice.recorded_at <= UNDO_FOR
    return fresh and notice.recorded_by_id == by.pk and not notice.entered_in_error


def take_back_notice(*, patient: Patient, notice: BatchNotice, now: dt.datetime, by: Any) -> None:
    """Strike out an own mark that is fresh. Raises TooLateToUndoError, ChangedMeanwhileError as for a dose."""
    lock_patient(patient)
    notice.refresh_from_db()
    if not notice.entered_in_error and not may_take_back(notice, now=now, by=by):
        raise TooLateToUndoError
    strike_out(notice, reason=ErrorReason.UNDONE, note="", by=by)
