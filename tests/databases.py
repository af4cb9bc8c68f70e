"""The tests' databases: one migrated template, and a copy of it for each test process.

Tables belong to the owner's role and the tests run as the application's, which may neither create a
database nor empty a table: so the copies are made here, by the superuser of the throw-away servers.
"""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from b12tracker.embedded.postgres import wheel_directory

DIRECTORY = "B12_TEST_DIRECTORY"
_ROOT = Path(__file__).resolve().parent.parent


def use(name: str) -> None:
    """Let both aliases of this process speak to database `name`."""
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = name


def make_template() -> str:
    """The name of a migrated, otherwise empty database; made once for all test processes."""
    name = f"template_{_digest_of_migrations()}"
    with _one_process_at_a_time(), _superuser() as server:
        if not _exists(server, name):
            half = f"{name}_new"
            _drop(server, half)
            server.execute(sql.SQL("CREATE DATABASE {} OWNER b12_owner").format(sql.Identifier(half)))
            _fill(half, name)
            server.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(name))
            )
    return name


def _fill(database: str, name: str) -> None:
    """Migrate `database`. `make pytest` names a directory where the outcome is kept from run to run, for
    most of the time goes into replaying the migrations; `make test` always replays them. What runs after
    every migration (grants, policies) depends on the code of today and runs either way."""
    cache = os.environ.get("B12_TEST_CACHE")
    kept = Path(cache) / f"{name}.sql" if cache else None
    if kept is not None and kept.exists():
        _client("psql", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-f", str(kept), database=database)
    use(database)
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    connections.close_all()
    if kept is not None and not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        half = kept.with_suffix(".new")
        _client("pg_dump", "-f", str(half), database=database)
        half.rename(kept)


def _client(program: str, *arguments: str, database: str) -> None:
    address = os.environ["B12_TEST_SUPERUSER_URL"].replace("/postgres?", f"/{database}?")
    command = [str(wheel_directory() / "bin" / program), *arguments, "-d", address]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def make_copy(name: str, template: str) -> None:
    """Make `name` a fresh copy of the template, whoever is still connected to the old one."""
    connections.close_all()
    with _superuser() as server:
        _drop(server, name)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER b12_owner").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def drop(name: str) -> None:
    """Drop database `name`."""
    connections.close_all()
    with _superuser() as server:
        _drop(server, name)


def _superuser() -> psycopg.Connection:
    return psycopg.connect(os.environ["B12_TEST_SUPERUSER_URL"], autocommit=True)


def _exists(server: psycopg.Connection, name: str) -> bool:
    return server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    with (Path(os.environ[DIRECTORY]) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest_of_migrations() -> str:
    """What the schema is made from; servers that outlive a change of it make a new template."""
    digest = hashlib.sha256((_ROOT / "requirements.txt").read_bytes())
    for path in sorted(_ROOT.glob("*/**/migrations/*.py")) + sorted(_ROOT.glob("*/migrations/*.py")):
        if ".venv" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
