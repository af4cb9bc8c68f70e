"""An urgent flag raised by a write leaves the application within minutes, though nothing asked for the job at once."""

import datetime as dt
import time
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from b12tracker.celery import app
from patients.actions.assessments import record_assessment
from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules import tasks
from schedules.actions.prepare_messages import prepare_messages
from schedules.actions.send_messages import RUN_FOR
from schedules.models import Flag
from tests.factories import (
    AssessmentFactory,
    DecisionFactory,
    InjectionFactory,
    PatientFactory,
    UserFactory,
    member,
)
from tests.jobs.worker import worker
from tests.messages.people import clinic_that_reminds, patient_with_visit
from tests.messages.smtp import Postbox, smtp_server

pytestmark = pytest.mark.django_db(transaction=True)
AT_MOST = 5 * 60


@pytest.fixture
def clinic() -> Clinic:
    app.control.purge()  # What earlier tests asked for is no part of this one.
    clinic = clinic_that_reminds(
        open_weekdays=list(range(7)), send_from=dt.time(0), send_until=dt.time(23, 59, 59, 999999)
    )
    member(clinic, "physician", email="helen@clinic.example")
    return clinic


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    """In loading three times a week since yesterday, without a neurological finding."""
    yesterday = clinic.today() - dt.timedelta(1)
    with clinic_scope([clinic.pk]):
        patient = PatientFactory(clinic=clinic)
        AssessmentFactory(patient=patient, on=yesterday)
        DecisionFactory(patient=patient, on=yesterday)
        InjectionFactory(patient=patient, on=yesterday)
    return patient


def record_first_finding(patient: Patient) -> None:
    """The write of a nurse that raises the flag."""
    scores = {"peripheral_neuropathy": 2, "gait_ataxia": 0, "cognitive": 0, "glossitis": 0, "visual": 0}
    with clinic_scope([patient.clinic_id]):
        record_assessment(
            patient=patient, on=patient.clinic.today(), at=None, scores=scores, note="",
            token=uuid.uuid4(), by=UserFactory(),
        )  # fmt: skip
        urgent = Flag.objects.filter(severity="urgent", cleared_on__isnull=True)
        assert list(urgent.values_list("code", flat=True)) == ["NEURO_ONSET_SWITCH_PROTOCOL"]


def is_told(box: Postbox) -> bool:
    return any(
        mail["To"] == "helen@clinic.example" and "urgent flag" in mail["Subject"] for mail in box.mails
    )


def test_the_next_tick_of_the_beat_is_enough(patient: Patient, tmp_path: Path) -> None:
    box, log = Postbox(), tmp_path / "worker.log"
    record_first_finding(patient)
    with smtp_server(box) as server, worker(server, log):
        tasks.send_messages.delay()  # The tick.
        end = time.monotonic() + 60
        while not is_told(box):
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
    tick = settings.CELERY_BEAT_SCHEDULE["send_messages"]["schedule"]
    # A tick just missed, a run just begun, and as much again.
    assert 2 * (tick + RUN_FOR.total_seconds()) < AT_MOST


@pytest.mark.slow
def test_also_while_more_reminders_wait_than_go_out_in_that_time(
    clinic: Clinic, patient: Patient, tmp_path: Path
) -> None:
    """With the real beat, a slow mail server, and both processes of the worker busy with reminders."""
    with clinic_scope([clinic.pk]):
        for number in range(1_000):
            patient_with_visit(clinic, on=clinic.today() + dt.timedelta(6), email=f"p{number}@mail.example")
    prepare_messages(now=timezone.now())
    box, log = Postbox(seconds=0.5), tmp_path / "worker.log"
    beat = ("--beat", "--schedule", str(tmp_path / "beat"))
    with smtp_server(box) as server, worker(server, log, *beat):
        for _process in range(2):
            tasks.send_messages.delay()
        assert box.wait_for(4, seconds=30), log.read_text()
        record_first_finding(patient)
        begun = time.monotonic()
        while not is_told(box):
            assert time.monotonic() - begun < AT_MOST / 2, log.read_text()
            time.sleep(0.2)
        assert len(box.raw) < 900, "reminders were still waiting"
