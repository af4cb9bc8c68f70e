"""Throw-away servers around one command: `python -m b12tracker.embedded.testing -- pytest …`.

Starts PostgreSQL and Valkey in a temporary directory (nothing is written through to the disk), runs the
command with their addresses in its environment, stops them, removes the directory, and ends with the
command's status. Tests never touch `var/`.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from b12tracker.embedded.errors import EmbeddedError
from b12tracker.embedded.place import remove_socket_directory, throwaway_place
from b12tracker.embedded.servers import Servers, servers_in

# Where conftest.py finds what it needs; its presence says that these are throw-away servers.
DIRECTORY_VARIABLE = "B12_TEST_DIRECTORY"
SUPERUSER_VARIABLE = "B12_TEST_SUPERUSER_URL"
_PREFIX = "b12tracker-test-"
_IN_MEMORY = Path("/dev/shm")
_ROOM_NEEDED = 2 * 1024**3  # bytes


def main(arguments: list[str]) -> int:
    """Run the command after `--` beside throw-away servers; returns its exit status."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print("usage: python -m b12tracker.embedded.testing -- COMMAND …", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _leave)
    parent = _fastest_directory()
    _remove_abandoned(parent)
    directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    lock = (directory / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        return _run_beside_servers(directory, command)
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        lock.close()


def _leave(number: int, frame: FrameType | None) -> None:
    """Told to end before the command runs: go, but through every `finally`."""
    raise SystemExit(128 + number)


def _fastest_directory() -> Path:
    """Memory, where there is room: a database is hundreds of files, and each test that commits gets a new
    one (20 ms here in memory, 600 ms on a slow disk). Else the usual temporary directory."""
    if os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free > _ROOM_NEEDED:
        return _IN_MEMORY
    return Path(tempfile.gettempdir())


def _remove_abandoned(parent: Path) -> None:
    """Give back the memory of runs that were killed: nobody holds their lock. A minute of age spares those
    that are just being made."""
    for directory in parent.glob(f"{_PREFIX}*"):
        path = directory / "lock"
        if not os.access(path, os.W_OK) or time.time() - path.stat().st_mtime < 60:
            continue
        with path.open("a") as lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(directory, ignore_errors=True)


def _run_beside_servers(directory: Path, command: list[str]) -> int:
    place = throwaway_place(directory)
    (directory / "static").mkdir()  # nothing is collected for tests; without the directory there are warnings
    servers = servers_in(place, durable=False)
    try:
        servers.start()
        servers.postgres.ensure_roles(database=None)
        return _run(command, os.environ | environment(servers, directory))
    finally:
        servers.stop()
        remove_socket_directory(place)


def environment(servers: Servers, directory: Path) -> dict[str, str]:
    """What the tests read: both servers, and where each test process may keep its files."""
    return servers.environment() | {
        DIRECTORY_VARIABLE: str(directory),
        SUPERUSER_VARIABLE: servers.postgres.url("postgres", "postgres"),
        "B12_VAR": str(directory),
        "EMAIL_URL": "memorymail://",
    }


def _run(command: list[str], variables: dict[str, str]) -> int:
    """Run the command in our own process group: Ctrl-C reaches it, and we wait until it is done."""
    with subprocess.Popen(command, env=variables) as process:

        def pass_on(number: int, frame: FrameType | None) -> None:
            process.send_signal(number)

        signal.signal(signal.SIGTERM, pass_on)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        status = process.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
