"""The addresses in a patient's e-mails: each signed for one purpose, about one patient, and made of digits only.

Digits, because hexadecimal or base64 text can hold a word that may stand nowhere in a message ("b12").
"""

import datetime as dt
import hashlib
import re
import uuid
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from patients.check_ins import Invited

VALID_FOR = dt.timedelta(366)
_EPOCH = dt.date(2020, 1, 1)
# Clinic, patient, and the day or the row that the link is about; then the signature.
_TOKEN = re.compile(r"(\d{1,19})-(\d{1,39})-(\d{1,19})-(\d{1,39})", re.ASCII)

# Where it stands in a text.
CHECK_IN_LINK = re.compile(r"https?://\S+/q/[\d-]+/", re.ASCII)


class Purpose(StrEnum):
    """What a link is for: a token signed for one purpose is none for another. The value is its salt."""

    UNSUBSCRIBE = "schedules.messages.links.unsubscribe"
    CHECK_IN = "schedules.messages.links.check_in"


class Recipient(NamedTuple):
    """Whom a link is about."""

    clinic_id: int
    patient_uid: uuid.UUID


def unsubscribe_token(recipient: Recipient, *, today: dt.date) -> str:
    """clinic-patient-day-signature, all in decimal."""
    return _signed(Purpose.UNSUBSCRIBE, *recipient, (today - _EPOCH).days)


def read_unsubscribe_token(token: str, *, today: dt.date) -> Recipient | None:
    """Whom the token is about; None when it is wrong or older than a year, without saying which."""
    found = _read(Purpose.UNSUBSCRIBE, token)
    if found is None:
        return None
    clinic_id, patient, days = found
    if today > _EPOCH + dt.timedelta(days) + VALID_FOR:
        return None
    return Recipient(clinic_id, patient)


def unsubscribe_url(recipient: Recipient, *, today: dt.date) -> str:
    """The full address for the message's header and last line."""
    return settings.PUBLIC_URL + reverse("unsubscribe", args=[unsubscribe_token(recipient, today=today)])


def check_in_token(invited: Invited) -> str:
    """clinic-patient-invitation-signature, all in decimal. Until when it can be used, the invitation knows."""
    return _signed(Purpose.CHECK_IN, *invited)


def read_check_in_token(token: str) -> Invited | None:
    """Whom the token names; None when it is wrong."""
    found = _read(Purpose.CHECK_IN, token)
    return None if found is None else Invited(*found)


def check_in_url(invited: Invited) -> str:
    """The full address for the message."""
    return settings.PUBLIC_URL + reverse("check_in", args=[check_in_token(invited)])


def number_of(identifier: uuid.UUID) -> str:
    """An identifier in decimal, for Message-ID and calendar entries."""
    return str(identifier.int)


def _signed(purpose: Purpose, clinic_id: int, patient_uid: uuid.UUID, number: int) -> str:
    said = f"{clinic_id}-{patient_uid.int}-{number}"
    return f"{said}-{_signature(purpose, said)}"


def _read(purpose: Purpose, token: str) -> tuple[int, uuid.UUID, int] | None:
    """Clinic, patient and number of a token that was signed for this purpose."""
    said, _dash, signature = token.rpartition("-")
    match = _TOKEN.fullmatch(token)
    if match is None or not constant_time_compare(signature, _signature(purpose, said)):
        return None
    clinic_id, patient, number = (int(part) for part in match.groups()[:3])
    return clinic_id, uuid.UUID(int=patient), number


def _signature(purpose: Purpose, said: str) -> str:
    digest = salted_hmac(purpose.value, said, algorithm="sha256").digest()
    return str(int.from_bytes(hashlib.blake2s(digest, digest_size=16).digest(), "big"))
