"""The two servers together, as children: what `up` supervises and the tests start for themselves."""

import os
from dataclasses import dataclass
from pathlib import Path

from b12tracker.embedded import postgres, valkey
from b12tracker.embedded.child import Child
from b12tracker.embedded.keys import Keys, keys_in, write_private
from b12tracker.embedded.place import Place, make_socket_directory
from b12tracker.embedded.postgres import Postgres
from b12tracker.embedded.valkey import Valkey

ENVIRONMENT_FILE = "embedded.env"
_SECONDS_TO_START = 60.0  # recovery after a crash of a large database takes a while


@dataclass(frozen=True)
class Servers:
    """PostgreSQL and Valkey of one place, ready to start."""

    keys: Keys
    postgres: Postgres
    valkey: Valkey
    postgres_child: Child
    valkey_child: Child

    @property
    def children(self) -> list[Child]:
        return [self.postgres_child, self.valkey_child]

    def start(self) -> None:
        """Start both and wait until they answer; raises EmbeddedError when one does not."""
        for child in self.children:
            child.start()
        for child in self.children:
            child.wait_ready(_SECONDS_TO_START)

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()

    def environment(self) -> dict[str, str]:
        """What settings.py reads to find both servers."""
        return {
            "DATABASE_URL": self.postgres.url("b12_app"),
            "DATABASE_ADMIN_URL": self.postgres.url("b12_owner"),
            "REDIS_URL": self.valkey.url(),
            "SECRET_KEY": self.keys.signing,
            "B12_EMBEDDED": "1",
        }


def servers_in(place: Place, *, durable: bool = True) -> Servers:
    """Prepare (not start) the servers of `place`: keys, data directory, socket directory, configuration."""
    keys = keys_in(place.home)
    database = Postgres(place, keys, make_socket_directory(place), durable=durable)
    database.prepare()
    broker = Valkey(place, keys, valkey.free_port(_last_port(place)))
    broker.prepare()
    (place.records / "valkey.port").write_text(f"{broker.port}\n")
    return Servers(
        keys,
        database,
        broker,
        Child(
            "PostgreSQL",
            database.command(),
            log=place.logs / "postgres.log",
            cwd=place.data,
            env=_plain_environment(),
            account=place.account,
            stop_signal=postgres.STOP_SIGNAL,
            patience=30,
            answers=database.answers,
        ),
        Child(
            "Valkey",
            broker.command(),
            log=place.logs / "valkey.log",
            cwd=place.home,
            env=_plain_environment(),
            account=place.account,
            stop_signal=valkey.STOP_SIGNAL,
            answers=broker.answers,
        ),
    )


def _last_port(place: Place) -> int | None:
    record = place.records / "valkey.port"
    return int(record.read_text()) if record.exists() else None


def _plain_environment() -> dict[str, str]:
    """The servers inherit nothing of ours: PGDATA and the like would change what they do."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def write_environment(var: Path, values: dict[str, str]) -> None:
    """Write `embedded.env`, which settings.py reads when the environment itself has no DATABASE_URL."""
    lines = "".join(f"{name}={value}\n" for name, value in values.items())
    write_private(var / ENVIRONMENT_FILE, "# Written when the embedded servers start.\n" + lines)


def read_environment(var: Path) -> dict[str, str]:
    """What `embedded.env` holds; empty when the servers never ran."""
    path = var / ENVIRONMENT_FILE
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text().splitlines() if not line.startswith("#"))
    return {name: value for name, sign, value in pairs if sign}
