"""A real Celery worker as a child, beside the tests' own database, broker and mail server."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from aiosmtpd.controller import Controller
from django.db import connection

_ROOT = Path(__file__).resolve().parents[2]


def start_worker(mail: Controller, log: Path, *more: str) -> subprocess.Popen[bytes]:
    """A worker with two processes, in a process group of its own, that sends through `mail`."""
    name = connection.settings_dict["NAME"]
    address, _, options = os.environ["DATABASE_URL"].partition("?")
    variables = {
        "DATABASE_URL": f"{address.rpartition('/')[0]}/{name}?{options}",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
        "MAIL_FROM": "appointments@riverside.example",
        "PUBLIC_URL": "https://visits.riverside.example",
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "b12tracker",
        "worker",
        "--concurrency",
        "2",
        "--loglevel",
        "INFO",
        *more,
    ]
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=_ROOT,
            env=os.environ | variables,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


@contextmanager
def worker(mail: Controller, log: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker for as long as the block lasts; whatever happens, none of its processes is left."""
    process = start_worker(mail, log, *more)
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the worker and its children at once: no goodbye to anyone."""
    with suppress(ProcessLookupError):  # Killed before.
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
