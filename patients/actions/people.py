"""Register people and keep their identity, contact data and consent."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db import IntegrityError, transaction
from django.db.models import Func, Q, QuerySet, Value
from django.db.models.functions import Upper
from django.utils import timezone

from patients.actions.once import claim_form
from patients.actions.records import ChangedMeanwhileError, lock_patient, tell_calendar
from patients.models import Clinic, Patient, PatientIdentifier
from patients.models.patient import EARLIER_NUMBER, fold, number_key

# Kind and number of each further number of a patient, as typed.
Numbers = Sequence[tuple[str, str]]


class NumberTakenError(Exception):
    """Another patient of the clinic got this record number, or further number, meanwhile; nothing was written.

    `field` is the form's field it is about: none for a further number.
    """

    def __init__(self, said: str, *, field: str | None = None) -> None:
        super().__init__(said)
        self.field = field


# How like two names of the same birth date must be to ask "is this the same person?" (trigram similarity).
LIKE_NAME = 0.3


def likely_same_person(
    *, clinic: Clinic, birth_date: Any, name: str, numbers: Iterable[str], besides: Patient | None = None
) -> QuerySet[Patient]:
    """Patients of the clinic who may be this very person: the same birth date and a like name, or a record number or
    further number equal to one of `numbers`, whatever its blanks, dashes and case."""
    keys = [key for key in map(number_key, numbers) if key]
    own_key = Func(
        Upper("record_number"), Value("[^A-Z0-9]"), Value(""), Value("g"), function="regexp_replace"
    )
    numbered = PatientIdentifier.objects.current().filter(clinic=clinic, value_key__in=keys)
    found = Patient.objects.filter(clinic=clinic).annotate(
        likeness=TrigramSimilarity("name_key", fold(name)), own_key=own_key
    )
    return (
        found.filter(
            Q(birth_date=birth_date, likeness__gte=LIKE_NAME)
            | Q(own_key__in=keys)
            | Q(pk__in=numbered.values("patient"))
        )
        .exclude(pk__in=[besides.pk] if besides else [])
        .order_by("-likeness", "pk")[:5]
    )


@transaction.atomic
def register_patient(
    *,
    clinic: Clinic,
    fields: dict[str, Any],
    consent: bool | None,
    numbers: Numbers = (),
    token: uuid.UUID,
    by: Any,
) -> Patient:
    """A new patient of the clinic, with an empty calendar. `consent`: asked and yes, asked and no, or not asked.

    Raises AlreadySubmittedError for a form that was recorded before, NumberTakenError if somebody else
    registered the same record number, or further number of the same kind, in the same moment.
    """
    claimed = claim_form(token=token, by=by)
    patient = Patient(clinic=clinic, created_by=by, **fields)
    _set_consent(patient, consent, by=by)
    _save(patient)
    keep_numbers(patient, numbers)
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
    numbers: Numbers | None = None,
    token: uuid.UUID,
    by: Any,
) -> Patient:
    """Change identity, contact data, consent, allergies; further numbers unless `numbers` is None.

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
    if numbers is not None:
        keep_numbers(current, numbers)
    tell_calendar(current, cause=f"patient:{current.pk}")
    return current


def keep_numbers(patient: Patient, numbers: Numbers) -> None:
    """Make the patient's further numbers these; one that is missing is taken away. An earlier record number, which a
    merge wrote, stays. Raises NumberTakenError."""
    current = PatientIdentifier.objects.current().filter(patient=patient).exclude(system=EARLIER_NUMBER)
    known = {(row.system, row.value): row.pk for row in current}
    gone = [pk for pair, pk in known.items() if pair not in set(numbers)]
    current.filter(pk__in=gone).update(removed_at=timezone.now())
    for kind, number in dict.fromkeys(numbers):
        if (kind, number) in known:
            continue
        try:
            with transaction.atomic():
                PatientIdentifier.objects.create(
                    clinic_id=patient.clinic_id, patient=patient, system=kind, value=number
                )
        except IntegrityError as error:
            raise NumberTakenError(f"{kind} {number} was given to somebody else just now.") from error


def _save(patient: Patient) -> None:
    try:
        with transaction.atomic():
            patient.save()
    except IntegrityError as error:
        if "record_number_once_a_clinic" in str(error):
            said = "This record number was given to somebody else just now."
            raise NumberTakenError(said, field="record_number") from error
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
