"""What people do with a flag: see it, put it off, resolve it. The condition itself only a record can end."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from patients.actions.once import claim_form
from patients.actions.records import ChangedMeanwhileError, lock_patient
from patients.models import Patient
from patients.vocabulary import Severity
from schedules.flag_words import version_of
from schedules.models import Flag
from schedules.queries import active_flags

SNOOZE_DAYS = 30
SNOOZE_DAYS_URGENT = 3


class RefusedSnoozeError(Exception):
    """This flag may not be put off for so long, or not by this person."""


def longest_snooze(severity: str) -> int:
    """For how many days a flag may be put off."""
    return SNOOZE_DAYS_URGENT if severity == Severity.URGENT else SNOOZE_DAYS


def acknowledge_flag(*, patient: Patient, code: str, version: str, by: Any) -> Flag:
    """Say that the flag was seen. Done twice it stays with who was first.

    Raises ChangedMeanwhileError if the flag is gone, or says something newer than what was seen.
    """
    flag = _standing(patient, code, version)
    if flag.acknowledged_at is None:
        flag.acknowledged_at, flag.acknowledged_by = timezone.now(), by
        flag.save(update_fields=["acknowledged_at", "acknowledged_by"])
    return flag


@transaction.atomic
def snooze_flag(
    *,
    patient: Patient,
    code: str,
    version: str,
    until: dt.date,
    reason: str,
    may_urgent: bool,
    today: dt.date,
    token: uuid.UUID,
    by: Any,
) -> Flag:
    """Put a flag off until a day, with a reason: 30 days at most; an urgent one 3 days, by a physician only.

    It is seen, too, and stays on the patient's page. Raises RefusedSnoozeError, ChangedMeanwhileError, or
    AlreadySubmittedError.
    """
    claim_form(token=token, by=by)
    flag = _standing(patient, code, version)
    if flag.severity == Severity.URGENT and not may_urgent:
        raise RefusedSnoozeError("An urgent flag is put off by a physician only.")
    if not today < until <= today + dt.timedelta(longest_snooze(flag.severity)):
        raise RefusedSnoozeError(
            f"This flag can be put off for {longest_snooze(flag.severity)} days at most, from tomorrow on."
        )
    flag.snoozed_until, flag.snoozed_by, flag.snooze_reason = until, by, reason
    if flag.acknowledged_at is None:
        flag.acknowledged_at, flag.acknowledged_by = timezone.now(), by
    flag.save(
        update_fields=["snoozed_until", "snoozed_by", "snooze_reason", "acknowledged_at", "acknowledged_by"]
    )
    return flag


@transaction.atomic
def resolve_flag(
    *, patient: Patient, code: str, version: str, reason: str, token: uuid.UUID, by: Any
) -> Flag:
    """A physician's word that the flag is dealt with. It stays resolved until its condition has been false, or
    its facts name a newer record. Raises ChangedMeanwhileError or AlreadySubmittedError."""
    claim_form(token=token, by=by)
    flag = _standing(patient, code, version)
    flag.resolved_at, flag.resolved_by, flag.resolve_reason = timezone.now(), by, reason
    flag.save(update_fields=["resolved_at", "resolved_by", "resolve_reason"])
    return flag


def _standing(patient: Patient, code: str, version: str) -> Flag:
    """The flag as it stands, under the patient's lock."""
    lock_patient(patient)
    flag = active_flags().filter(patient=patient, code=code).first()
    if flag is None or version_of(flag) != version:
        raise ChangedMeanwhileError(
            "This flag has changed since the page was opened. Here it is as it is now."
        )
    return flag
