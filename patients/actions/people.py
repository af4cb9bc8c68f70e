"""Register people and keep their identity, contact data and consent."""

import uuid
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from patients.actions.once import claim_form
from patients.actions.records import ChangedMeanwhileError, lock_patient, tell_calendar
from patients.models import Clinic, Patient
from patients.models.patient import fold


class NumberTakenError(Exception):
    """Another patient of the clinic got this record number meanwhile; nothing was written."""


# How like two names of the same birth date must be to ask "is this the same person?" (trigram similarity).
LIKE_NAME = 0.3


def likely_same_person(
    *, clinic: Clinic, birth_date: Any, name: str, record_number: str
) -> QuerySet[Patient]:
    """Patients of the clinic who may be the one about to be registered: the same birth date and a like name,
    or a further identifier equal to the record number."""
    same_day = Patient.objects.filter(clinic=clinic).annotate(
        likeness=TrigramSimilarity("name_key", fold(name))
    )
    return same_day.filter(
        Q(birth_date=birth_date, likeness__gte=LIKE_NAME) | Q(identifiers__value=record_number)
    ).order_by("-likeness", "pk")[:5]


@transaction.atomic
def register_patient(
    *, clinic: Clinic, fields: dict[str, Any], consent: bool | None, token: uuid.UUID, by: Any
) -> Patient:
    """A new patient of the clinic, with an empty calendar. `consent`: asked and yes, asked and no, or not asked.

    Raises AlreadySubmittedError for a form that was recorded before, NumberTakenError if somebody else
    registered the same record number in the same moment.
    """
    claimed = claim_form(token=token, by=by)
    patient = Patient(clinic=clinic, created_by=by, **fields)
    _set_consent(patient, consent, by=by)
    _save(patient)
    claimed.result = str(patient.uid)
    claimed.save(update_fields=["result"])
    tell_calendar(patient, cause=f"patient:{patient.pk}")
    return patient


@transaction.atomic
def edit_patient(
    *,
    patient: Patient,
    version: int,
    fields: dict[str, Any],
    consent: bool | None,
    token: uuid.UUID,
    by: Any,
) -> Patient:
    """Change identity, contact data, consent, allergies.

    Raises ChangedMeanwhileError if someone saved since `version`, AlreadySubmittedError for a form that was
    recorded before, NumberTakenError as in `register_patient`.
    """
    claim_form(token=token, by=by)
    current = lock_patient(patient)
    if current.version != version:
        raise ChangedMeanwhileError("Someone else changed this record while you were typing.")
    for name, value in fields.items():
        setattr(current, name, value)
    _set_consent(current, consent, by=by)
    current.version += 1
    _save(current)
    tell_calendar(current, cause=f"patient:{current.pk}")
    return current


def _save(patient: Patient) -> None:
    try:
        with transaction.atomic():
            patient.save()
    except IntegrityError as error:
        if "record_number_once_a_clinic" in str(error):
            raise NumberTakenError("This record number was given to somebody else just now.") from error
        raise


def _set_consent(patient: Patient, consent: bool | None, *, by: Any) -> None:
    """Keep who asked when. Unsubscribing is a no: a yes after it is a new one, a no changes nothing more."""
    agrees = patient.email_consent and patient.unsubscribed_at is None
    if consent is None or (consent == agrees and patient.email_consent_at is not None):
        return
    patient.email_consent = consent
    patient.email_consent_at = timezone.now()
    patient.email_consent_by = by
    if consent:
        patient.unsubscribed_at = None
