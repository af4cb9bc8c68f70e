"""The web server as a clinic runs it: gunicorn, files collected, compressed and named by their content."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import connection

from b12tracker.embedded.valkey import free_port
from tests.embedded.processes import wait_for

_ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """Its address, for as long as the block lasts, on this test's database; takes some ten seconds to compress."""
    address, _, options = os.environ["DATABASE_URL"].partition("?")
    port = free_port()
    environ = os.environ | {
        "DATABASE_URL": f"{address.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{options}",
        "B12_VAR": str(directory),
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=_ROOT, env=environ, check=True)
    command = [sys.executable, "-m", "gunicorn", "-c", "b12tracker/gunicorn.py", "b12tracker.wsgi"]
    with (directory / "gunicorn.log").open("ab") as log:
        server = subprocess.Popen(command, cwd=_ROOT, env=environ, stdout=log, stderr=log)
    try:
        wait_for(lambda: _answers(f"http://127.0.0.1:{port}/health"), seconds=30)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(15)
        server.kill()
        server.wait()


def _answers(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
        return bool(answer.status == 200)
    return False
