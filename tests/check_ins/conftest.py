"""A clinic with its people on a Monday morning, and a patient who was asked how they are."""

from collections.abc import Iterator

import pytest
import time_machine

from patients.models import CheckInInvitation, Patient
from tests.check_ins.asked import NOW, Phone, ask, link_to
from tests.record.desk import Desk


@pytest.fixture
def _on_monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(db: None, _on_monday: None) -> Desk:
    return Desk()


@pytest.fixture
def patient(desk: Desk) -> Patient:
    """Born in 1961."""
    return desk.patient(physician=desk.users["physician"])


@pytest.fixture
def invitation(patient: Patient) -> CheckInInvitation:
    return ask(patient)


@pytest.fixture
def phone(invitation: CheckInInvitation) -> Phone:
    return Phone(link_to(invitation))
