"""What a patient's answers by link say beside a clinician's assessments. The rules never read the answers."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Q, QuerySet

from patients.models import Assessment, CheckIn, Patient
from patients.vocabulary import Domain, HowMuch

Scores = Mapping[str, int | None]
NOTHING_FOUND: Scores = {domain.value: 0 for domain in Domain}
_WORDS = {int(answer.value): answer.label for answer in HowMuch}


class Invited(NamedTuple):
    """Whom a link names: the clinic, the patient, and the invitation it was made for."""

    clinic_id: int
    patient_uid: uuid.UUID
    invitation_id: int


def worse_in(said: Scores, found: Scores | None) -> list[Domain]:
    """The domains in which the patient says more than the assessment found: one that was skipped or not assessed is
    left out; where nothing was ever assessed, more than none."""
    before = NOTHING_FOUND if found is None else found
    pairs = ((domain, said[domain.value], before[domain.value]) for domain in Domain)
    return [domain for domain, now, then in pairs if now is not None and then is not None and now > then]


def in_words(score: int | None) -> str:
    """An answer in the patient's words; empty when it was skipped."""
    return "" if score is None else _WORDS[score]


def latest_assessment(patient: Patient, *, today: dt.date) -> Assessment | None:
    """The assessment that answers by link are compared with. One query."""
    found = Assessment.objects.valid().filter(patient=patient, on__lte=today)
    return found.order_by("-on", "-recorded_at", "-pk").first()


def answers_since(patient: Patient, last: Assessment | None, *, today: dt.date) -> QuerySet[CheckIn]:
    """What the patient answered since the last assessment, newest first. One on a later day, or on the same day and
    recorded after the answer, has answered it."""
    found = CheckIn.objects.valid().filter(patient=patient, on__lte=today)
    if last is not None:
        found = found.filter(Q(on__gt=last.on) | Q(on=last.on, answered_at__gte=last.recorded_at))
    return found.order_by("-answered_at")
