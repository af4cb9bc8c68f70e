"""The address that stops a patient's e-mails: signed, one patient, one purpose, and made of digits only.

Digits, because hexadecimal or base64 text can hold a word that may stand nowhere in a message ("b12").
"""

import datetime as dt
import hashlib
import re
import uuid
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

VALID_FOR = dt.timedelta(366)
_SALT = "schedules.messages.links.unsubscribe"
_EPOCH = dt.date(2020, 1, 1)
_TOKEN = re.compile(r"(\d{1,19})-(\d{1,39})-(\d{1,6})-(\d{1,39})")


class Recipient(NamedTuple):
    """Whom a link is about."""

    clinic_id: int
    patient_uid: uuid.UUID


def unsubscribe_token(recipient: Recipient, *, today: dt.date) -> str:
    """clinic-patient-day-signature, all in decimal."""
    said = f"{recipient.clinic_id}-{recipient.patient_uid.int}-{(today - _EPOCH).days}"
    return f"{said}-{_signature(said)}"


def read_unsubscribe_token(token: str, *, today: dt.date) -> Recipient | None:
    """Whom the token is about; None when it is wrong or older than a year, without saying which."""
    match = _TOKEN.fullmatch(token)
    if match is None or not constant_time_compare(
        token.rpartition("-")[2], _signature(token.rpartition("-")[0])
    ):
        return None
    clinic_id, patient, days, _ = map(int, match.groups())
    if today > _EPOCH + dt.timedelta(days) + VALID_FOR:
        return None
    return Recipient(clinic_id, uuid.UUID(int=patient))


def unsubscribe_url(recipient: Recipient, *, today: dt.date) -> str:
    """The full address for the message's header and last line."""
    return settings.PUBLIC_URL + reverse("unsubscribe", args=[unsubscribe_token(recipient, today=today)])


def number_of(identifier: uuid.UUID) -> str:
    """An identifier in decimal, for Message-ID and calendar entries."""
    return str(identifier.int)


def _signature(said: str) -> str:
    digest = salted_hmac(_SALT, said, algorithm="sha256").digest()
    return str(int.from_bytes(hashlib.blake2s(digest, digest_size=16).digest(), "big"))
