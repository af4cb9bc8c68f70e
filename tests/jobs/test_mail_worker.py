"""Mail by a real worker over the real broker to a real mail server, killed in the middle and without a broker."""

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from b12tracker.celery import app
from patients.models import Clinic
from patients.scope import clinic_scope
from schedules import tasks
from schedules.actions.prepare_messages import prepare_messages
from schedules.models import Message
from tests.jobs.worker import kill, worker
from tests.messages.people import clinic_that_reminds, patient_with_visit
from tests.messages.smtp import Postbox, free_port, smtp_server

pytestmark = pytest.mark.django_db(transaction=True)
PATIENTS = 6


@pytest.fixture
def clinic() -> Clinic:
    """A clinic that sends at any hour, with patients expected in a week: the worker's clock is the real one."""
    app.control.purge()  # What earlier tests asked for is no part of this one.
    clinic = clinic_that_reminds(send_from=dt.time(0), send_until=dt.time(23, 59, 59, 999999))
    with clinic_scope([clinic.pk]):
        for number in range(PATIENTS):
            visit = clinic.today() + dt.timedelta(6)
            patient_with_visit(clinic, on=visit, email=f"p{number}@mail.example")
    prepare_messages(now=timezone.now())
    return clinic


def states(clinic: Clinic) -> list[str]:
    with clinic_scope([clinic.pk]):
        return sorted(Message.objects.values_list("state", flat=True))


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether `condition` came true within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_every_message_arrives_though_the_worker_was_killed_in_the_middle(
    clinic: Clinic, tmp_path: Path
) -> None:
    box, log = Postbox(seconds=0.4), tmp_path / "worker.log"
    with smtp_server(box) as server:
        with worker(server, log) as first:
            tasks.send_messages.delay()
            assert box.wait_for(3, seconds=20), log.read_text()
            kill(first)
        assert states(clinic).count("sending") == 1
        assert 2 <= states(clinic).count("sent") < PATIENTS
        with clinic_scope([clinic.pk]):  # The lease runs out.
            Message.objects.filter(state="sending").update(
                lease_until=timezone.now() - dt.timedelta(seconds=1)
            )
        box.seconds = 0
        with worker(server, log):
            tasks.send_messages.delay()
            assert until(lambda: states(clinic) == ["sent"] * PATIENTS), log.read_text()
    sent = [(mail["To"], mail["Message-ID"]) for mail in box.mails]
    assert len(set(sent)) == PATIENTS, "one Message-ID a patient"
    assert len(sent) - PATIENTS <= 1, "at most the one in the mail server's hands is repeated"
    assert "mail.example" not in log.read_text(), "no address in the log"
    assert "Calloway" not in log.read_text()


def test_without_a_broker_asking_for_a_job_neither_fails_nor_takes_long() -> None:
    without_broker = Celery("alone", broker=f"redis://127.0.0.1:{free_port()}/0", set_as_current=False)
    without_broker.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS

    @without_broker.task
    def job() -> None: ...

    begun = time.monotonic()
    tasks.soon(job)
    assert time.monotonic() - begun < 3
    with pytest.raises(OperationalError), without_broker.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0)
