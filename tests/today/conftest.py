"""A clinic, its people and the clock of these tests."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from patients.models import Clinic
from patients.scope import clinic_scope
from tests.factories import ClinicFactory, member
from tests.today.people import NOW


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def clinic(db: None) -> Iterator[Clinic]:
    """A clinic whose rows the test sees, too."""
    clinic = ClinicFactory()
    with clinic_scope([clinic.pk]):
        yield clinic


@pytest.fixture
def nurse(clinic: Clinic) -> Any:
    return member(clinic, "nurse", name="Joy Mbeki")


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_nurse(nurse: Any) -> Client:
    return signed_in(nurse)


@pytest.fixture
def as_coordinator(clinic: Clinic) -> Client:
    return signed_in(member(clinic, "coordinator"))
