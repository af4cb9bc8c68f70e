"""The programs of the system itself: web server, worker, scheduler."""

import http.client
import subprocess
import sys
from collections.abc import Mapping

from b12tracker.embedded.child import Child
from b12tracker.embedded.errors import EmbeddedError
from b12tracker.embedded.place import Place, checkout

_SECONDS_FOR_THE_WORKER = 60


def web(place: Place, port: int, environ: Mapping[str, str]) -> Child:
    """gunicorn on `port` of the loopback; it answers when the health check does."""
    return _program(
        "web server",
        ["gunicorn", "-c", "b12tracker/gunicorn.py", "--bind", f"127.0.0.1:{port}", "b12tracker.wsgi"],
        place,
        environ,
        answers=lambda: healthy(port),
    )


def worker(place: Place, environ: Mapping[str, str]) -> Child:
    """The Celery worker. Its running jobs get time to end: what is not done is found again in the rows."""
    command = ["celery", "-A", "b12tracker", "worker", "--concurrency", "2", "--loglevel", "WARNING"]
    return _program("worker", command, place, environ)


def beat(place: Place, environ: Mapping[str, str]) -> Child:
    """Celery's scheduler. Without a pid file: a stale one would keep it from starting."""
    schedule = place.records / "celerybeat-schedule"
    command = ["celery", "-A", "b12tracker", "beat", "--schedule", str(schedule), "--pidfile", ""]
    return _program("scheduler", command, place, environ)


def _program(name: str, module: list[str], place: Place, environ: Mapping[str, str], **more) -> Child:
    log = place.logs / f"{name.split()[0]}.log"
    command = [sys.executable, "-m", *module]
    return Child(name, command, log=log, cwd=checkout(), env=environ, patience=20, **more)


def healthy(port: int) -> bool:
    """Whether the health check answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker_answers(place: Place, environ: Mapping[str, str]) -> None:
    """Ask the worker over the broker; raises EmbeddedError when it stays silent."""
    done = subprocess.run(
        [sys.executable, "-c", _ASK_THE_WORKER, str(_SECONDS_FOR_THE_WORKER)],
        cwd=checkout(),
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    if done.returncode:
        raise EmbeddedError(f"The worker does not answer; see {place.logs / 'worker.log'}.")


# In a process of its own: reading Django's settings fixes them for good, and the supervisor stays small.
_ASK_THE_WORKER = """
import sys, time
from b12tracker.celery import app
give_up = time.monotonic() + float(sys.argv[1])
while not app.control.ping(timeout=1, limit=1):
    if time.monotonic() > give_up:
        sys.exit(1)
"""
