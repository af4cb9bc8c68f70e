"""A clinic with its people signed in, and its pages asked for as a browser asks: with the form's own token."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from patients.models import Clinic, Patient
from patients.scope import set_local_scope
from schedules.models import Flag, OpenEvent, PatientSchedule
from tests.factories import ClinicFactory, PatientFactory, member

TODAY = dt.date(2026, 3, 2)  # a Monday
TEN_O_CLOCK = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@dataclass
class Desk:
    """One clinic; `nurse`, `physician`, `coordinator`, `manager` are its people's browsers."""

    clinic: Clinic = field(default_factory=lambda: ClinicFactory(name="Riverside Surgery"))

    @cached_property
    def users(self) -> dict[str, Any]:
        return {
            role: member(self.clinic, role, name=f"{role.capitalize()} {self.clinic.pk}")
            for role in ("nurse", "physician", "coordinator", "manager")
        }

    @cached_property
    def nurse(self) -> Client:
        return signed_in(self.users["nurse"])

    @cached_property
    def physician(self) -> Client:
        return signed_in(self.users["physician"])

    @cached_property
    def coordinator(self) -> Client:
        return signed_in(self.users["coordinator"])

    @cached_property
    def manager(self) -> Client:
        return signed_in(self.users["manager"])

    def look(self) -> None:
        """See this clinic's rows, as its people do."""
        set_local_scope([self.clinic.pk])

    def patient(self, **fields: Any) -> Patient:
        self.look()
        return PatientFactory(clinic=self.clinic, **fields)

    def schedule(self, patient: Patient) -> PatientSchedule:
        self.look()
        return PatientSchedule.objects.get(patient=patient)

    def due(self, patient: Patient, kind: str = "injection") -> list[dt.date]:
        """Due dates of the patient's open events of that kind."""
        self.look()
        return list(
            OpenEvent.objects.filter(patient=patient, kind=kind)
            .order_by("due_on")
            .values_list("due_on", flat=True)
        )

    def flags(self, patient: Patient) -> set[str]:
        """Codes of the flags that are up."""
        self.look()
        up = Flag.objects.filter(patient=patient, cleared_on__isnull=True, resolved_at__isnull=True)
        return set(up.values_list("code", flat=True))


def address(name: str, patient: Patient | None = None, *more: Any) -> str:
    return reverse(name, args=[patient.uid, *more] if patient else more)


def words(response: HttpResponse) -> str:
    """What a person reads: the page without its tags, blanks as one."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(text.replace("&#x27;", "'").replace("&quot;", '"').split())


def typed(*, token: uuid.UUID | str | None = None, **fields: Any) -> dict[str, Any]:
    """A filled-in form with a token of its own unless given; a field that is None is left out."""
    given = {name: value for name, value in fields.items() if value is not None}
    return {"token": str(token or uuid.uuid4())} | given
