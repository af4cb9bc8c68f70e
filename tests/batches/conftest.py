"""A clinic with a withdrawn batch, on a Monday morning."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from tests.batches.recall import NOW, Recall


@pytest.fixture
def _at_the_clinic() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def recall(db: None, _at_the_clinic: None) -> Recall:
    return Recall()


@pytest.fixture
def today() -> dt.date:
    return NOW.date()
