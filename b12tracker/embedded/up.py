"""`make run`: the whole system on one machine, started, watched and stopped by one process.

Without Django: this starts what Django's settings need to be read.
"""

import os
import signal
import socket
import sys
from collections.abc import Mapping
from datetime import datetime
from types import FrameType

from b12tracker.embedded import lock
from b12tracker.embedded.errors import EmbeddedError
from b12tracker.embedded.place import Place, open_place, remove_socket_directory, var_directory
from b12tracker.embedded.preparation import Preparation
from b12tracker.embedded.programs import beat, web, worker, worker_answers
from b12tracker.embedded.servers import Servers, servers_in, write_environment
from b12tracker.embedded.supervisor import Supervisor, end_recorded

DEFAULT_PORT = 8000
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SECONDS_UNTIL_HEALTHY = 90.0

PRODUCTION = """DATABASE_URL is set, and this command is for the embedded demonstration only.
With a database of your own, in the same environment, run
  python manage.py migrate --database=owner
  python manage.py collectstatic --noinput
  gunicorn -c b12tracker/gunicorn.py b12tracker.wsgi
  celery -A b12tracker worker
  celery -A b12tracker beat          (on one machine only)
or unset DATABASE_URL for the demonstration."""


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM, or the terminal was closed. Like KeyboardInterrupt no kind of failure."""


def main(environ: Mapping[str, str]) -> int:
    """Run until told to stop; returns the exit status. `environ` is what the person's shell had set."""
    if "DATABASE_URL" in environ:
        return _refuse(PRODUCTION)
    for number in _STOP_SIGNALS:
        signal.signal(number, _request_stop)
    try:
        port = _port(environ.get("PORT") or str(DEFAULT_PORT))
        place = open_place(var_directory())
        with lock.take(place.var, ourselves(f"http://localhost:{port}")):
            _refuse_busy(port)
            _run(place, port, environ)
    except lock.AlreadyRunning as other:
        return _refuse(_what_runs(other.running))
    except EmbeddedError as error:
        return _refuse(str(error))
    except StopRequested:
        print("Stopped.", flush=True)
    return 0


def _run(place: Place, port: int, environ: Mapping[str, str]) -> None:
    """Start everything, say so, look after it; whatever happens, end with everything stopped."""
    record = place.records / "children.json"
    for name in end_recorded(record):
        _say(f"Ended a {name} that an interrupted run had left behind.")
    supervisor = Supervisor(record, _say)
    try:
        _start(supervisor, place, port, environ)
        supervisor.run(until=lambda: False)
    finally:
        for number in _STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _say("Stopping …")
        supervisor.stop()
        remove_socket_directory(place)


def _start(supervisor: Supervisor, place: Place, port: int, environ: Mapping[str, str]) -> None:
    preparation = Preparation(place, environ)
    preparation.begin_static_files()
    _say(f"Starting PostgreSQL and Valkey (data: {place.data}) …")
    servers = servers_in(place)
    for child in servers.children:
        child.start()
        supervisor.adopt(child)
    for child in servers.children:
        child.wait_ready(_SECONDS_UNTIL_HEALTHY)
    servers.postgres.ensure_roles()
    values = _environment(servers, port)
    write_environment(place.var, values)
    preparation.prepare_database(values, _say)
    preparation.finish_static_files(_say)
    _start_programs(supervisor, place, port, dict(environ) | values | {"B12_VAR": str(place.var)})
    _say(f"\nReady: http://localhost:{port}\n{preparation.log_ins()}\nCtrl-C stops everything.")


def _start_programs(supervisor: Supervisor, place: Place, port: int, environ: dict[str, str]) -> None:
    _say("Starting web server, worker and scheduler …")
    programs = [web(place, port, environ), worker(place, environ), beat(place, environ)]
    for program in programs:
        program.start()
        supervisor.adopt(program)
    for program in programs:
        program.wait_ready(_SECONDS_UNTIL_HEALTHY)
    worker_answers(place, environ)


def _environment(servers: Servers, port: int) -> dict[str, str]:
    return servers.environment() | {"PUBLIC_URL": f"http://localhost:{port}"}


def ourselves(doing: str) -> lock.Running:
    """What this process writes into the lock for whoever comes second."""
    now = datetime.now().astimezone()
    return lock.Running(pid=os.getpid(), doing=doing, since=now.isoformat(" ", "minutes"))


def _what_runs(running: lock.Running | None) -> str:
    if running is None:
        return "Another start is under way in this directory; nothing was started."
    return (
        f"Already running: {running.doing} (process {running.pid}, since {running.since}). "
        "Nothing was started; Ctrl-C in its terminal stops it."
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise EmbeddedError(f"PORT={text} is no port: give a number from 1 to 65535.")
    return int(text)


def _refuse_busy(port: int) -> None:
    """Raise EmbeddedError when something else listens on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise EmbeddedError(
                f"Port {port} cannot be used ({error}). Choose another: make run PORT={port + 1}"
            ) from error


def _request_stop(number: int, frame: FrameType | None) -> None:
    raise StopRequested


def _say(line: str) -> None:
    print(line, flush=True)


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(os.environ))
