"""A patient who was asked by link, and the page answered as a phone answers it."""

import datetime as dt
import re
import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from patients.check_ins import Invited
from patients.models import CheckIn, CheckInInvitation, Patient
from patients.scope import clinic_scope
from schedules.messages.links import check_in_token
from tests.factories import InvitationFactory

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
TODAY = NOW.date()
YEAR = "1961"
FINE = {"peripheral_neuropathy": "0", "gait_ataxia": "0", "cognitive": "0", "glossitis": "0", "visual": "0"}


def ask(patient: Patient, **fields: Any) -> CheckInInvitation:
    with clinic_scope([patient.clinic_id]):
        return InvitationFactory(patient=patient, sent_on=TODAY, **fields)


def link_to(invitation: CheckInInvitation, **other: Any) -> str:
    invited = {
        "clinic_id": invitation.clinic_id,
        "patient_uid": invitation.patient.uid,
        "invitation_id": invitation.pk,
    }
    return reverse("check_in", args=[check_in_token(Invited(**invited | other))])


class Phone:
    """The browser of a patient: no session, and Django's check of forged forms switched on."""

    def __init__(self, address: str) -> None:
        self.address, self.client = address, Client(enforce_csrf_checks=True)

    def open(self) -> HttpResponse:
        return self.client.get(self.address)

    def try_year(self, year: str) -> HttpResponse:
        return self.client.post(self.address, {"year": year})

    def token(self) -> str:
        """The token of the form with the questions."""
        page = self.try_year(YEAR).content.decode()
        found = re.search(r'name="token" value="([0-9a-f-]{36})"', page)
        assert found, "the questions are not open"
        return found[1]

    def send(self, *, token: str | None = None, year: str = YEAR, **answers: str) -> HttpResponse:
        """Send answers; a token of another form is one of another tab."""
        form = {"year": year, "token": token or str(uuid.uuid4())} | answers
        return self.client.post(self.address, form)


def recorded(patient: Patient) -> list[CheckIn]:
    with clinic_scope([patient.clinic_id]):
        return list(CheckIn.objects.filter(patient=patient).order_by("pk"))


def tries(invitation: CheckInInvitation) -> int:
    with clinic_scope([invitation.clinic_id]):
        return CheckInInvitation.objects.get(pk=invitation.pk).tries
