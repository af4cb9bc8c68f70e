"""Monday, ten o'clock, at a clinic."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.record.desk import TEN_O_CLOCK, Desk


@pytest.fixture(autouse=True)
def _monday_at_ten() -> Iterator[None]:
    with time_machine.travel(TEN_O_CLOCK, tick=False):
        yield


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()
