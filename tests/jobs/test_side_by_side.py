"""Two workers at once, on the same rows: each message is written once and sent once."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from patients.models import Clinic
from patients.scope import clinic_scope
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import send_messages
from schedules.models import Message
from tests.messages.people import clinic_that_reminds, days_before, patient_with_visit
from tests.messages.smtp import Postbox, smtp_server, through

pytestmark = pytest.mark.django_db(transaction=True)
PATIENTS = 12
NOW = days_before(7)


@pytest.fixture
def clinic() -> Clinic:
    clinic = clinic_that_reminds()
    with clinic_scope([clinic.pk]):
        for number in range(PATIENTS):
            patient_with_visit(clinic, email=f"p{number}@mail.example")
    return clinic


def four_at_once(job: Callable[[], object]) -> None:
    def run(_number: int) -> None:
        try:
            job()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))


def test_each_message_is_written_once_and_sent_once(clinic: Clinic) -> None:
    box = Postbox(seconds=0.01)
    four_at_once(lambda: prepare_messages(now=NOW))
    with clinic_scope([clinic.pk]):
        assert Message.objects.count() == PATIENTS
    with smtp_server(box) as server, through(server):
        four_at_once(lambda: send_messages(clock=lambda: NOW))
        four_at_once(lambda: send_messages(clock=lambda: NOW + dt.timedelta(hours=1)))
    assert sorted(mail["To"] for mail in box.mails) == sorted(f"p{n}@mail.example" for n in range(PATIENTS))
