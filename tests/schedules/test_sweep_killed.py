"""A worker killed in the middle of a sweep: after a restart every flag is there once."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from patients.models import Clinic, Patient
from patients.scope import clinic_scope
from schedules.actions.refresh import refresh_patients
from schedules.models import Flag
from schedules.tasks import sweep_due_clinics
from tests.factories import ClinicFactory, DecisionFactory, InjectionFactory, PatientFactory

PATIENTS = 5
SECONDS = 20.0


def until(condition: Callable[[], bool], what: str) -> None:
    """Ask again and again, but not for ever."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, f"waited {SECONDS} seconds for: {what}"
        time.sleep(0.1)


def own_database(url: str) -> str:
    """The address of this test process's database."""
    name = connection.settings_dict["NAME"]
    head, _, query = url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}?{query}"


@pytest.fixture
def start_worker() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real Celery workers on the real broker and this process's database."""
    started: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DATABASE_URL": own_database(os.environ["DATABASE_URL"]),
        "DATABASE_ADMIN_URL": own_database(os.environ["DATABASE_ADMIN_URL"]),
    }

    def start() -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "b12tracker",
            "worker",
            "--concurrency",
            "1",
            "-l",
            "WARNING",
        ]
        worker = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 (our own command)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        kill(worker)


def kill(worker: subprocess.Popen[bytes]) -> None:
    """SIGKILL the worker and its children, as a machine that fails does."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(SECONDS)


def a_clinic_whose_doses_were_missed() -> Clinic:
    """Evaluated three days ago, when the second dose was still to come; today it is missed."""
    clinic = ClinicFactory(morning_at=dt.time(0, 0))
    start = clinic.today() - dt.timedelta(6)
    with clinic_scope([clinic.pk]):
        patients = PatientFactory.create_batch(PATIENTS, clinic=clinic)
        for patient in patients:
            DecisionFactory(patient=patient, on=start)
            InjectionFactory(patient=patient, on=start)
        refresh_patients([patient.pk for patient in patients], cause="test", as_of=start)
    return clinic


def missed_flags(clinic: Clinic) -> int:
    with clinic_scope([clinic.pk]):
        return Flag.objects.filter(code="MISSED_INJECTION", cleared_on__isnull=True).count()


@pytest.mark.django_db(transaction=True)
def test_each_flag_is_there_once(start_worker: Callable[[], subprocess.Popen[bytes]]) -> None:
    clinic = a_clinic_whose_doses_were_missed()
    assert missed_flags(clinic) == 0
    with psycopg.connect(own_database(os.environ["DATABASE_ADMIN_URL"])) as other:
        # The sweep must stop in its middle: forecasts are marked as raised, flags cannot be inserted yet.
        other.execute("LOCK TABLE schedules_flag IN SHARE MODE")
        first = start_worker()
        sweep_due_clinics.delay()

        def is_waiting() -> bool:
            found = other.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'schedules_flag'::regclass"
            ).fetchone()
            return bool(found and found[0])

        until(is_waiting, "the sweep to be in its middle")
        kill(first)
        other.rollback()
    assert missed_flags(clinic) == 0

    start_worker()
    sweep_due_clinics.delay()
    until(lambda: missed_flags(clinic) == PATIENTS, "the second worker to sweep")
    with clinic_scope([clinic.pk]):
        per_patient = [
            Flag.objects.filter(patient=p, code="MISSED_INJECTION").count() for p in Patient.objects.all()
        ]
    assert per_patient == [1] * PATIENTS
    assert settings.CELERY_TASK_ACKS_LATE
