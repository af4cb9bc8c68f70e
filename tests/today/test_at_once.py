"""Two people, or one form twice, at the same moment: one row, and a clear answer to the second."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from patients.models import Clinic, Injection, Patient
from patients.scope import clinic_scope
from tests.factories import MONDAY, ClinicFactory, member
from tests.today.conftest import signed_in
from tests.today.people import batch, filled_in, maintained, token

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clinic(transactional_db: None) -> Clinic:
    return ClinicFactory()


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    with clinic_scope([clinic.pk]):
        batch(clinic)
        return maintained(clinic, due_on=MONDAY)


def send_together(patient: Patient, clients: list[Client], tokens: list[str]) -> list[int]:
    """Open the form in each client, then save all at the same moment; the answers' codes, in order."""
    address = f"/patients/{patient.uid}/log/"
    together, answers = threading.Barrier(len(clients)), [0] * len(clients)

    def send(number: int) -> None:
        data = filled_in(clients[number].get(address)) | {"identity": "on", "no_to_all": "on"}
        together.wait(timeout=20)
        answers[number] = clients[number].post(address, data | {"token": tokens[number]}).status_code
        connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(answers)


def doses(patient: Patient) -> int:
    with clinic_scope([patient.clinic_id]):
        return Injection.objects.filter(patient=patient, on=MONDAY).count()


def nurses(clinic: Clinic) -> tuple[Any, Any]:
    return member(clinic, "nurse"), member(clinic, "nurse")


def test_two_nurses_log_the_same_dose(clinic: Clinic, patient: Patient) -> None:
    clients = [signed_in(nurse) for nurse in nurses(clinic)]
    assert send_together(patient, clients, [token(), token()]) == [302, 422]
    assert doses(patient) == 1


def test_one_nurse_sends_the_same_form_twice(clinic: Clinic, patient: Patient) -> None:
    nurse, _ = nurses(clinic)
    same = token()
    assert send_together(patient, [signed_in(nurse), signed_in(nurse)], [same, same]) == [302, 302]
    assert doses(patient) == 1
