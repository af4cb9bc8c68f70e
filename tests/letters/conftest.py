"""Ruth at her clinic, on a Monday morning."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from patients.models import Patient
from tests.patient.ruth import NOW, on_record
from tests.record.desk import Desk


@pytest.fixture
def _at_the_clinic() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(db: None, _at_the_clinic: None) -> Desk:
    return Desk()


@pytest.fixture
def ruth(desk: Desk) -> Patient:
    return on_record(desk, record_number="RS-20417", bleeding_risk="warfarin")


@pytest.fixture
def today() -> dt.date:
    return NOW.date()
