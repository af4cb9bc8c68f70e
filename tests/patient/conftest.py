"""A clinic with its people, on a Monday morning unless a test asks for another time."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from tests.patient.ruth import NOW
from tests.record.desk import Desk


@pytest.fixture
def _at_the_clinic() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(db: None, _at_the_clinic: None) -> Desk:
    return Desk()


@pytest.fixture
def today() -> dt.date:
    return NOW.date()
