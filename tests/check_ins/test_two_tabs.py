"""Two tabs at once, on real connections: one answer is recorded, and no try goes uncounted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection

from patients.models import CheckInInvitation, Patient
from patients.scope import clinic_scope
from tests.check_ins.asked import FINE, NOW, Phone, ask, link_to, recorded, tries
from tests.factories import ClinicFactory, PatientFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invitation() -> CheckInInvitation:
    clinic = ClinicFactory()
    with clinic_scope([clinic.pk]):
        patient: Patient = PatientFactory(clinic=clinic)
    return ask(patient)


def at_once(number: int, job: Callable[[int], int]) -> list[int]:
    def run(position: int) -> int:
        try:
            return job(position)
        finally:
            connection.close()

    with time_machine.travel(NOW, tick=False), ThreadPoolExecutor(number) as pool:
        return sorted(pool.map(run, range(number)))


def test_four_tabs_record_one_answer(invitation: CheckInInvitation) -> None:
    address = link_to(invitation)
    assert at_once(4, lambda _n: Phone(address).send(**FINE).status_code) == [200, 404, 404, 404]
    assert len(recorded(invitation.patient)) == 1


def test_guesses_at_once_are_all_counted(invitation: CheckInInvitation) -> None:
    address = link_to(invitation)
    answers = at_once(8, lambda n: Phone(address).try_year(str(1970 + n)).status_code)
    assert answers == [404] * 4 + [422] * 4
    assert tries(invitation) == 5
