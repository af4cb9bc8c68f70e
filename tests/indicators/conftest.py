"""A clinic with its people, counted on a Wednesday morning."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.indicators.people import NOW
from tests.record.desk import Desk


@pytest.fixture
def _at_the_clinic() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(db: None, _at_the_clinic: None) -> Desk:
    return Desk()
