"""Asking about processes that may be gone between two questions."""

import time
from collections.abc import Callable

import psutil


def gone(pid: int) -> bool:
    """Whether the process ended, reaped by its parent or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until `condition` holds; fails after `seconds`."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.02)
