"""A worker killed in the middle of a count: the numbers of before stand, and another worker counts all of it."""

import datetime as dt
import os
import subprocess
from collections.abc import Callable

import psycopg
import pytest
from django.utils import timezone

from patients.models import Clinic
from patients.scope import clinic_scope
from schedules.actions.count_indicators import ask_for_count, count_clinic
from schedules.models import IndicatorCount, JobRun
from schedules.tasks import count_due_clinics
from tests.factories import ClinicFactory
from tests.indicators.people import filled
from tests.schedules.test_sweep_killed import kill, own_database, start_worker, until

__all__ = ["start_worker"]  # a fixture


def _stored(clinic: Clinic) -> tuple[int, int]:
    """How many rows, and how many different moments they were counted at."""
    with clinic_scope([clinic.pk]):
        rows = IndicatorCount.objects.filter(clinic=clinic)
        return rows.count(), rows.values("counted_at").distinct().count()


def _finished(clinic: Clinic) -> bool:
    return JobRun.objects.filter(clinic=clinic, job="indicators", finished_at__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_half_counted(start_worker: Callable[[], subprocess.Popen[bytes]]) -> None:
    clinic = ClinicFactory()
    filled(clinic)
    long_ago = timezone.now() - dt.timedelta(1)
    count_clinic(clinic, today=long_ago.date(), now=long_ago)
    before = _stored(clinic)
    assert before[1] == 1
    ask_for_count(clinic)
    with psycopg.connect(own_database(os.environ["DATABASE_ADMIN_URL"])) as other:
        # The worker must stop in the middle of replacing: the old rows are gone for it, new ones cannot be written.
        other.execute("LOCK TABLE schedules_indicatorcount IN SHARE MODE")
        first = start_worker()
        count_due_clinics.delay()

        def is_waiting() -> bool:
            found = other.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'schedules_indicatorcount'::regclass"
            ).fetchone()
            return bool(found and found[0])

        until(is_waiting, "the count to be in its middle")
        kill(first)
        other.rollback()
    assert _stored(clinic) == before
    assert not _finished(clinic)

    start_worker()
    count_due_clinics.delay()
    until(lambda: _finished(clinic), "the second worker to count")
    assert _stored(clinic)[1] == 1
    with clinic_scope([clinic.pk]):
        assert not IndicatorCount.objects.filter(counted_at=long_ago).exists()
